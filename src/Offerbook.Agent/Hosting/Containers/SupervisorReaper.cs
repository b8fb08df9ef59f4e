namespace Offerbook.Agent.Hosting.Containers;

/// <summary>Collects the supervisors that this process has started and that have ended. Those of an earlier agent are init's.</summary>
internal sealed class SupervisorReaper
{
    private readonly Lock _lock = new();

    /// <summary>At most the agent's bound on tasks and those that ended since the last look.</summary>
    private readonly HashSet<int> _children = [];

    public void Add(int child)
    {
        lock (_lock)
        {
            _children.Add(child);
        }
    }

    /// <summary>One call of the kernel a child: a millisecond for two thousand.</summary>
    public void Reap()
    {
        lock (_lock)
        {
            _children.RemoveWhere(Native.TryReap);
        }
    }
}
