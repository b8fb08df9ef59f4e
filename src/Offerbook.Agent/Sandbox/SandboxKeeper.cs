using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Tasks;

namespace Offerbook.Agent.Sandbox;

/// <summary>
/// Forgets finished tasks, and their sandboxes with them: those that are too old, where the fuller the disk the younger is too old
/// (semantics 5), and the oldest when all together hold too many bytes. (How many are kept is bounded where they are added: in
/// <see cref="AgentState"/>.) Ages are judged by the wall clock, because they outlive the process.
/// </summary>
internal sealed class SandboxKeeper(AgentContext context)
{
    /// <summary>Sandboxes measured in one review: each may take the shell seconds.</summary>
    private const int MeasuredAtOnce = 64;

    /// <summary>Of finished sandboxes, as far as they are known. Only filled when there is a bound on bytes.</summary>
    private readonly Dictionary<ContainerId, long> _sizes = [];

    /// <summary>How old a sandbox may become with the disk as full as it was last found.</summary>
    public TimeSpan MaxAllowedAge { get; private set; } = context.Settings.SandboxMaxAge;

    public void Start() => context.StartTimer(new AgentMessage.SandboxReviewDue(), context.Settings.SandboxReviewInterval);

    public void Review()
    {
        if (context.Settings.MaxFinishedBytes is { } bound)
        {
            KeepWithin(bound);
        }
        context.Do(new MeasureDisk());
        Start();
    }

    public void DiskMeasured(double usedFraction)
    {
        MaxAllowedAge = context.Settings.SandboxMaxAge * Math.Clamp(1 - context.Settings.SandboxDiskHeadroom - usedFraction, 0, 1);
        Expire(context.Now.UnixNanoseconds - (MaxAllowedAge.Ticks * TimeSpan.NanosecondsPerTick));
    }

    public void SandboxMeasured(ContainerId container, long bytes) => _sizes[container] = bytes;

    private void KeepWithin(long bound)
    {
        var finished = context.State.Frameworks.Values.SelectMany(framework => framework.Finished)
            .DistinctBy(run => run.Container).OrderBy(run => run.EndedNanoseconds).ToList();
        Forget(finished);
        foreach (var unknown in finished.Where(run => !_sizes.ContainsKey(run.Container)).Take(MeasuredAtOnce))
        {
            context.Do(new MeasureSandbox(unknown.Sandbox));
        }
        var excess = finished.Sum(run => _sizes.GetValueOrDefault(run.Container)) - bound;
        long? before = null;
        foreach (var run in finished)
        {
            if (excess <= 0)
            {
                break;
            }
            excess -= _sizes.GetValueOrDefault(run.Container);
            before = run.EndedNanoseconds + 1;
        }
        if (before is { } moment)
        {
            Expire(moment);
        }
    }

    private void Forget(List<FinishedTask> finished)
    {
        var present = finished.Select(run => run.Container).ToHashSet();
        foreach (var gone in _sizes.Keys.Where(container => !present.Contains(container)).ToList())
        {
            _sizes.Remove(gone);
        }
    }

    private void Expire(long beforeNanoseconds)
    {
        if (context.State.Frameworks.Values.Any(framework => framework.Finished.TryPeek(out var oldest) && oldest.EndedNanoseconds < beforeNanoseconds))
        {
            context.Record(new SandboxesExpired { BeforeNanoseconds = beforeNanoseconds });
        }
    }
}
