using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>What of a framework matters to allocation.</summary>
/// <param name="Roles">The roles it is subscribed to, each once; at least one.</param>
/// <param name="SuppressedRoles">The roles that it wants no offers for now. Roles leaving this set with an update are revived.</param>
public sealed record AllocatorFramework(IReadOnlyList<string> Roles, IReadOnlyList<string> SuppressedRoles,
    FrameworkCapabilities Capabilities)
{
    /// <summary>
    /// What an offer must hold at least, by role, in place of <see cref="AllocatorSettings.MinAllocatable"/>. An empty list: anything.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ResourceQuantities>> MinAllocatable { get; init; } =
        new Dictionary<string, IReadOnlyList<ResourceQuantities>>();

    /// <summary>Which agents it wants, by role; a role that is absent wants any.</summary>
    public IReadOnlyDictionary<string, IAgentConstraint> Constraints { get; init; } = new Dictionary<string, IAgentConstraint>();
}

/// <summary>The capabilities that change what a framework is offered.</summary>
[Flags]
public enum FrameworkCapabilities
{
    None = 0,
    RevocableResources = 1,
    GpuResources = 2,
    SharedResources = 4,
    MultiRole = 8,
    ReservationRefinement = 16,
    RegionAware = 32,
}
