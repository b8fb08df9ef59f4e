using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;

namespace Offerbook.Agent.Sandbox;

/// <summary>
/// Forgets finished tasks, and their sandboxes with them: those that are too old, where the fuller the disk the younger is too old
/// (semantics 5), and the oldest when all together hold too many bytes. (How many are kept is bounded where they are added: in
/// <see cref="FrameworkBook"/>.) Ages are judged by the wall clock, because they outlive the process.
/// </summary>
internal sealed class SandboxKeeper(AgentContext context)
{
    /// <summary>Sandboxes measured in one review: each may take the shell seconds.</summary>
    private const int MeasuredAtOnce = 512;

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
        var finished = OldestFirst();
        Forget(finished);
        foreach (var (unknown, _) in finished.Where(run => !_sizes.ContainsKey(run.Sandbox.Container)).Take(MeasuredAtOnce))
        {
            context.Do(new MeasureSandbox(unknown));
        }
        var excess = finished.Sum(run => _sizes.GetValueOrDefault(run.Sandbox.Container)) - bound;
        long? before = null;
        foreach (var (sandbox, ended) in finished)
        {
            if (excess <= 0)
            {
                break;
            }
            excess -= _sizes.GetValueOrDefault(sandbox.Container);
            before = ended + 1;
        }
        if (before is { } moment)
        {
            Expire(moment);
        }
    }

    /// <summary>
    /// The sandboxes of what has finished: of tasks that had one of their own, of executors, and of what is not remembered otherwise.
    /// </summary>
    private List<(SandboxPath Sandbox, long Ended)> OldestFirst() =>
    [
        .. context.State.Frameworks.Values.SelectMany(framework =>
                framework.Finished.Where(run => !run.SharesContainer).Select(run => (run.Sandbox, Ended: run.EndedNanoseconds))
                    .Concat(framework.FinishedExecutors.Select(run => (run.Sandbox, Ended: run.EndedNanoseconds))))
            .Concat(context.State.RetainedSandboxes.OldestFirst)
            .OrderBy(run => run.Ended),
    ];

    private void Forget(List<(SandboxPath Sandbox, long Ended)> finished)
    {
        var present = finished.Select(run => run.Sandbox.Container).ToHashSet();
        foreach (var gone in _sizes.Keys.Where(container => !present.Contains(container)).ToList())
        {
            _sizes.Remove(gone);
        }
    }

    private void Expire(long beforeNanoseconds)
    {
        if (context.State.RetainedSandboxes.HasOlderThan(beforeNanoseconds) || context.State.Frameworks.Values.Any(framework =>
            (framework.Finished.TryPeek(out var oldest) && oldest.EndedNanoseconds < beforeNanoseconds)
            || (framework.FinishedExecutors.TryPeek(out var executor) && executor.EndedNanoseconds < beforeNanoseconds)))
        {
            context.Record(new SandboxesExpired { BeforeNanoseconds = beforeNanoseconds });
        }
    }
}
