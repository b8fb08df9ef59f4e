using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;

namespace Offerbook.Apps.Health;

/// <summary>
/// Numbers the probes under way and remembers what each is for. There is at most one for each check of each task, so their
/// number is bounded by what runs; how many are on the network at once is the shell's to bound.
/// </summary>
internal sealed class ProbeRuns
{
    private readonly Dictionary<long, ProbeRun> _byNumber = [];
    private readonly HashSet<(InstanceId, int, int)> _busy = [];
    private long _last;

    /// <param name="check">Place among the app's health checks; <see cref="Readiness"/> for the readiness check.</param>
    public void Start(Turn turn, Instance instance, int check, HealthProbe probe)
    {
        if (_busy.Add((instance.Id, instance.Incarnation, check)))
        {
            _byNumber[++_last] = new ProbeRun(instance.Id, instance.Incarnation, check);
            turn.Out.Add(new RunHealthCheck(_last, probe));
        }
    }

    public ProbeRun? Finish(long number)
    {
        if (!_byNumber.Remove(number, out var run))
        {
            return null;
        }
        _busy.Remove((run.Instance, run.Incarnation, run.Check));
        return run;
    }

    public const int Readiness = -1;
}

internal sealed record ProbeRun(InstanceId Instance, int Incarnation, int Check);
