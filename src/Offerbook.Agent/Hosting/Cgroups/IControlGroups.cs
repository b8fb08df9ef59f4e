using Mesos.V1;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Cgroups;

/// <summary>
/// The kernel's control groups as containers need them: one group a container, nested ones inside their parents'. All calls are a
/// few file reads and writes; they may come from any thread, but not two at once for the same container.
/// </summary>
internal interface IControlGroups
{
    /// <summary>Makes the group, or takes the one that is there.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The agent has no right to.</exception>
    void Create(ContainerId group, GroupLimits limits);

    /// <summary>The files to which a process writes <c>0</c> to become a member, none where there are no groups.</summary>
    IReadOnlyList<string> JoinFiles(ContainerId group);

    bool Exists(ContainerId group);

    /// <summary>Changes the bounds of a group; what is null becomes unbounded.</summary>
    /// <exception cref="IOException">The kernel refuses, for instance a memory limit below what is in use.</exception>
    void Apply(ContainerId group, GroupLimits limits);

    /// <summary>Whether it or a group within has a process.</summary>
    bool IsPopulated(ContainerId group);

    /// <summary>Sends SIGKILL to every process in the group and in those within. They may take a moment to be gone.</summary>
    void Kill(ContainerId group);

    /// <summary>False when it cannot be removed yet, because dying processes or other groups are in it.</summary>
    bool Remove(ContainerId group);

    /// <summary>Every group there is, the outer ones first.</summary>
    IReadOnlyList<ContainerId> List();

    /// <summary>Null as long as the kernel has not killed a process of the group for want of memory within its limit.</summary>
    MemoryOveruse? Overuse(ContainerId group);

    /// <summary>Removes the agent's own directory if no container is left in it.</summary>
    void Close();

    /// <summary>Fills what the groups know.</summary>
    void Fill(ContainerId group, ResourceStatistics statistics);
}

/// <param name="Statistics">The kernel's memory.stat.</param>
internal sealed record MemoryOveruse(long LimitBytes, long PeakBytes, string Statistics)
{
    private const double Megabyte = 1 << 20;

    public ContainerExit.OverLimit ToExit() => new(LimitedResource.Memory,
        FormattableString.Invariant(
            $"Memory limit exceeded: Requested: {LimitBytes / Megabyte:0.##}MB Maximum Used: {PeakBytes / Megabyte:0.##}MB\n\nMEMORY STATISTICS: \n{Statistics}"))
    {
        Megabytes = Math.Round(PeakBytes / Megabyte, 3),
    };
}
