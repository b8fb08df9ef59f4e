using System.Diagnostics;

namespace Offerbook.Fuzzer.Watching;

/// <summary>Simulated agents beside the fuzzed requests: the program of the benchmarks, in a process of its own.</summary>
public sealed class AgentFleet : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _broken;
    private bool _isOver;

    private AgentFleet(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.StartsWith("fleet complete", StringComparison.Ordinal) == true)
            {
                _complete.TrySetResult();
            }
            else if (line.Data?.StartsWith("fleet broken", StringComparison.Ordinal) == true)
            {
                Interlocked.Increment(ref _broken);
            }
        };
        process.BeginOutputReadLine();
    }

    /// <summary>How often one of them lost its stream although all were there.</summary>
    public int Broken => Volatile.Read(ref _broken);

    /// <returns>The fleet with all agents registered, or what went wrong.</returns>
    public static async Task<(AgentFleet? Fleet, string? Fault)> StartAsync(Uri master, int agents)
    {
        var program =
            Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../Offerbook.Bench/bin/Release/net10.0/offerbook-bench"));
        if (!File.Exists(program))
        {
            return (null, $"there is no {program}: build tools/Offerbook.Bench as Release");
        }
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in new[]
        {
            "simulated-agents", "--master", $"{master.Host}:{master.Port}", "--agents", $"{agents}", "--lanes", "8", "--task-ms", "500",
        })
        {
            start.ArgumentList.Add(argument);
        }
        var fleet = new AgentFleet(Process.Start(start)!);
        if (await Task.WhenAny(fleet._complete.Task, Task.Delay(Patience)) == fleet._complete.Task)
        {
            return (fleet, null);
        }
        fleet.Dispose();
        return (null, $"{agents} simulated agents did not register within {Patience.TotalSeconds:0} s");
    }

    public void Dispose()
    {
        if (_isOver)
        {
            return;
        }
        _isOver = true;
        try
        {
            _process.StandardInput.Close(); // It ends with its input.
            if (!_process.WaitForExit(10_000))
            {
                _process.Kill();
            }
        }
        catch (IOException)
        {
            // It has ended already.
        }
        _process.Dispose();
    }
}
