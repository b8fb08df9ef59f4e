using System.Diagnostics;
using Offerbook.Agent;
using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Checks;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Bench.Checks;

/// <summary>Tasks that are probed again an interval after each answer, as an agent's core has it done.</summary>
internal sealed class CheckedTasks
{
    private readonly CheckRunner _runner;
    private readonly CheckSpec _check;
    private readonly TimeSpan _interval;
    private readonly long[] _dueAt;
    private readonly ContainerId[] _containers;
    private readonly CancellationToken _end;
    private long _late;
    private long _longest;
    private int _answers;
    private int _wrong;

    private CheckedTasks(Func<ContainerId, IContainerChecks?> checksOf, CheckSpec check, int tasks, TimeSpan interval,
        CancellationToken end)
    {
        (_check, _interval, _end) = (check, interval, end);
        _dueAt = new long[tasks];
        _containers = [.. Enumerable.Range(0, tasks).Select(number => new ContainerId($"task-{number}"))];
        _runner = new CheckRunner(checksOf, AnsweredAsync);
    }

    public static async Task<CheckFigures> RunAsync(
        Func<ContainerId, IContainerChecks?> checksOf, CheckSpec check, int tasks, TimeSpan interval, TimeSpan duration,
        CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var all = new CheckedTasks(checksOf, check, tasks, interval, end.Token);
        var (cpu, started) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        for (var number = 0; number < tasks; number++)
        {
            // Spread over the first interval, as tasks do not start all at once.
            all.Await(number, interval * number / tasks);
        }
        await Task.Delay(duration, cancellation);
        var (seconds, threads) = (Stopwatch.GetElapsedTime(started).TotalSeconds, Process.GetCurrentProcess().Threads.Count);
        var used = Environment.CpuUsage.TotalTime - cpu;
        var answers = Volatile.Read(ref all._answers);
        await end.CancelAsync();
        await all._runner.DisposeAsync();
        return new CheckFigures(
            answers / seconds, TimeSpan.FromTicks(Volatile.Read(ref all._late) / Math.Max(1, answers)).TotalMilliseconds,
            TimeSpan.FromTicks(Volatile.Read(ref all._longest)).TotalMilliseconds, used.TotalMicroseconds / Math.Max(1, answers), threads,
            all._wrong);
    }

    private void Await(int number, TimeSpan after)
    {
        _dueAt[number] = Stopwatch.GetTimestamp() + (long)(after.TotalSeconds * Stopwatch.Frequency);
        _ = ProbeAsync(number, after);
    }

    private async Task ProbeAsync(int number, TimeSpan after)
    {
        await Task.Delay(after, _end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_end.IsCancellationRequested)
        {
            _runner.Run(new RunCheck(_containers[number], CheckPurpose.Health, number, _check));
        }
    }

    private ValueTask AnsweredAsync(AgentMessage message)
    {
        var finished = (AgentMessage.CheckFinished)message;
        var took = Stopwatch.GetElapsedTime(_dueAt[finished.Number]).Ticks;
        Interlocked.Add(ref _late, took);
        Interlocked.Increment(ref _answers);
        if (finished.Result is not (
            CheckResult.CommandExited { ExitCode: 0 } or CheckResult.HttpAnswered { StatusCode: 200 }
                or CheckResult.TcpAnswered { Connected: true }))
        {
            Interlocked.Increment(ref _wrong);
        }
        for (var longest = Volatile.Read(ref _longest); took > longest; longest = Volatile.Read(ref _longest))
        {
            Interlocked.CompareExchange(ref _longest, took, longest);
        }
        Await((int)finished.Number, _interval);
        return ValueTask.CompletedTask;
    }
}

/// <param name="PerSecond">Answers.</param>
/// <param name="MeanMilliseconds">From the moment when a probe was due to its answer.</param>
/// <param name="CpuMicroseconds">Of this process for each, its server's included; commands' own are not.</param>
/// <param name="Threads">Of this process at the end.</param>
/// <param name="Wrong">Answers that were not what they should be.</param>
internal readonly record struct CheckFigures(double PerSecond, double MeanMilliseconds, double LongestMilliseconds, double CpuMicroseconds,
    int Threads, int Wrong);
