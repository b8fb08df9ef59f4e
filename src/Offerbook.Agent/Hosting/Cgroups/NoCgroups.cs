using Mesos.V1;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Cgroups;

/// <summary>Where there are no control groups, or the agent is told to use none.</summary>
internal sealed class NoCgroups : IControlGroups
{
    public void Create(ContainerId group, GroupLimits limits)
    {
        // Nothing is bounded.
    }

    public IReadOnlyList<string> JoinFiles(ContainerId group) => [];

    public bool Exists(ContainerId group) => false;

    public void Apply(ContainerId group, GroupLimits limits)
    {
        // Nothing is bounded.
    }

    public bool IsPopulated(ContainerId group) => false;

    public void Kill(ContainerId group)
    {
        // The session is killed instead.
    }

    public bool Remove(ContainerId group) => true;

    public IReadOnlyList<ContainerId> List() => [];

    public void Close()
    {
        // Nothing was made.
    }

    public MemoryOveruse? Overuse(ContainerId group) => null;

    public void Fill(ContainerId group, ResourceStatistics statistics)
    {
        // /proc tells instead.
    }
}
