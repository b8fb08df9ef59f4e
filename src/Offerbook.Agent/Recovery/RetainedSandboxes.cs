using Offerbook.Agent.Containers;
using Offerbook.Agent.Sandbox;

namespace Offerbook.Agent.Recovery;

/// <summary>
/// Sandboxes whose tasks and executors are no longer listed, because newer ones took their places there: somebody may still want to read
/// them. They go by age and size like all others, and the oldest beyond a number. Part of the agent's durable state; O(log n) each.
/// </summary>
/// <param name="max">How many; 0: none is retained.</param>
internal sealed class RetainedSandboxes(int max)
{
    private readonly SortedDictionary<(long Ended, ContainerId Container), SandboxPath> _kept = [];

    /// <summary>With the moment at which what used it ended, in nanoseconds.</summary>
    public IEnumerable<(SandboxPath Sandbox, long Ended)> OldestFirst => _kept.Select(entry => (entry.Value, entry.Key.Ended));

    public bool HasOlderThan(long nanoseconds) => _kept.Count > 0 && OldestFirst.First().Ended < nanoseconds;

    /// <returns>The one that has to make room; null: none.</returns>
    public SandboxPath? Add(SandboxPath sandbox, long endedNanoseconds)
    {
        _kept[(endedNanoseconds, sandbox.Container)] = sandbox;
        return _kept.Count > max ? TakeOldest() : null;
    }

    /// <summary>Lets go of what ended before then.</summary>
    public void Expire(long beforeNanoseconds, List<SandboxPath> gone)
    {
        while (HasOlderThan(beforeNanoseconds))
        {
            gone.Add(TakeOldest());
        }
    }

    private SandboxPath TakeOldest()
    {
        var (key, oldest) = _kept.First();
        _kept.Remove(key);
        return oldest;
    }
}
