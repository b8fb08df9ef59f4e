using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Offerbook.Cluster.Tests.Harness;

/// <summary>One run of the real program. Its output is kept and can be awaited line by line.</summary>
internal sealed partial class OfferbookProcess : IDisposable
{
    private static readonly string PresentProgram = Path.Combine(AppContext.BaseDirectory, "offerbook");

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Channel<string> _fresh = Channel.CreateUnbounded<string>();

    private OfferbookProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output => string.Join('\n', _lines);

    /// <param name="program">Null: the one of this checkout.</param>
    public static OfferbookProcess Start(IEnumerable<string> arguments, string? input = null,
        IReadOnlyDictionary<string, string>? environment = null,
        string? program = null) =>
        StartOther(program ?? PresentProgram, arguments, input, environment);

    /// <summary>As <see cref="Start"/>, of any program.</summary>
    public static OfferbookProcess StartOther(string program, IEnumerable<string> arguments, string? input = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        var process = new Process { StartInfo = start };
        var running = new OfferbookProcess(process);
        process.OutputDataReceived += (_, line) => running.Take(line.Data);
        process.ErrorDataReceived += (_, line) => running.Take(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (input is not null)
        {
            process.StandardInput.Write(input);
        }
        process.StandardInput.Close();
        return running;
    }

    /// <summary>Runs a client verb to its end.</summary>
    public static async Task<(int Status, string Output)> RunAsync(IEnumerable<string> arguments, TimeSpan timeout, string? input = null)
    {
        using var process = Start(arguments, input);
        var status = await process.WaitForExitAsync(timeout);
        return (status, process.Output);
    }

    public async Task<string> WaitForLineAsync(Func<string, bool> wanted, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            while (true)
            {
                var line = await _fresh.Reader.ReadAsync(limit.Token);
                if (wanted(line))
                {
                    return line;
                }
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or ChannelClosedException)
        {
            throw new AssertionException($"the line did not come within {timeout.TotalSeconds:0} s; the program printed:\n{Output}");
        }
    }

    public async Task<int> WaitForExitAsync(TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw new AssertionException($"the program did not end within {timeout.TotalSeconds:0} s; it printed:\n{Output}");
        }
    }

    public void Signal(int signal) => Signals.Send(_process.Id, signal);

    /// <summary>kill -9, and waits until the process is gone.</summary>
    public async Task KillAsync()
    {
        Signals.Send(_process.Id, Signals.Kill);
        await WaitForExitAsync(TimeSpan.FromSeconds(10));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit(5_000);
        }
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }
        _lines.Enqueue(line);
        _fresh.Writer.TryWrite(line);
    }
}

internal static partial class Signals
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    public static void Send(int process, int signal) => kill(process, signal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);
}
