using System.Diagnostics;
using Offerbook.Bench.Harness;
using Offerbook.Bench.Load;

namespace Offerbook.Bench.Streams;

/// <summary>How late events came to those who read, since the phase began. Operators' and schedulers' are noted on a thread each.</summary>
internal sealed class StreamPhase
{
    private readonly Latencies _operators = new();
    private readonly Latencies _schedulers = new();

    public void Operator(long sent) => _operators.Add(Stopwatch.GetElapsedTime(sent));

    public void Scheduler(long sent) => _schedulers.Add(Stopwatch.GetElapsedTime(sent));

    public void Report(BenchRun run, string name)
    {
        if (_operators.Count > 0)
        {
            _operators.Report(run, $"{name}_operator_lag", "update sent to event read");
        }
        _schedulers.Report(run, $"{name}_scheduler_lag", "update sent to event read");
    }
}
