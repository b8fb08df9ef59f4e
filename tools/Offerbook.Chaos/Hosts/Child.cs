using System.Diagnostics;

namespace Offerbook.Chaos.Hosts;

/// <summary>What is to be run on a machine.</summary>
/// <param name="User">Whose process it becomes; null: ours.</param>
public sealed record ChildStart(string Program, IReadOnlyList<string> Arguments)
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string? User { get; init; }
}

/// <summary>A process that we started, known by its id. What it prints goes to a file: a paused reader cannot stop it.</summary>
public sealed class Child : IDisposable
{
    private const int TailLength = 4_000;

    private readonly Process _process;

    private Child(Process process, string log) => (_process, Log) = (process, log);

    public int Id => _process.Id;

    public string Log { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>128 and the signal's number for one that was killed.</summary>
    public int ExitCode => _process.ExitCode;

    public Task Ended => _process.WaitForExitAsync();

    /// <param name="space">The network namespace to run in.</param>
    internal static Child Start(string space, ChildStart start, string log, string directory)
    {
        // Each of these becomes the next without a fork, so the id stays; a session of its own keeps a Ctrl-C at the terminal from it.
        var info = new ProcessStartInfo("setsid") { WorkingDirectory = directory, RedirectStandardInput = true };
        string[] line =
        [
            "nsenter", "--net=/run/netns/" + space, "--", "sh", "-c", "exec >>\"$0\" 2>&1; exec \"$@\"", log,
            .. start.User is { } user ? UserSpace.As(user) : [],
            start.Program, .. start.Arguments,
        ];
        foreach (var word in line)
        {
            info.ArgumentList.Add(word);
        }
        foreach (var (name, value) in start.Environment)
        {
            info.Environment[name] = value;
        }
        var process = new Process { StartInfo = info };
        process.Start();
        process.StandardInput.Close();
        return new Child(process, log);
    }

    public void Signal(int signal)
    {
        if (!_process.HasExited)
        {
            Signals.Send(_process.Id, signal);
        }
    }

    /// <returns>Whether it ended in time.</returns>
    public async Task<bool> EndsWithinAsync(TimeSpan time)
    {
        using var limit = new CancellationTokenSource(time);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>The last lines that it printed.</summary>
    public string Tail()
    {
        var text = File.Exists(Log) ? File.ReadAllText(Log) : "";
        return text.Length <= TailLength ? text : text[^TailLength..];
    }

    public void Dispose() => _process.Dispose();
}
