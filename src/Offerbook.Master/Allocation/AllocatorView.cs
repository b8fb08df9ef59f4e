using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <summary>The allocator's books at one moment. Offered resources count as allocated.</summary>
/// <param name="Total">The scalars of all agents.</param>
/// <param name="Roles">All roles with frameworks or allocations, sorted by name.</param>
/// <param name="Filters">How many refusals hold.</param>
public sealed record AllocatorView(
    ResourceQuantities Total,
    IReadOnlyList<AllocatorRoleView> Roles,
    int Agents,
    int Candidates,
    int Filters);

/// <param name="DominantShare">0 to 1: the largest share of any scalar; of this role without the roles below it.</param>
/// <param name="Frameworks">Sorted by id.</param>
public sealed record AllocatorRoleView(
    string Role,
    double DominantShare,
    ResourceQuantities Allocated,
    IReadOnlyList<AllocatorFrameworkView> Frameworks);

/// <summary>A framework in one of its roles.</summary>
/// <param name="IsCompeting">Subscribed to the role, active and not suppressed.</param>
public sealed record AllocatorFrameworkView(
    FrameworkId Framework,
    double DominantShare,
    ResourceQuantities Allocated,
    bool IsCompeting,
    int Filters);

/// <param name="Available">What may be offered now: the total less what is allocated; shared volumes are always in it.</param>
/// <param name="Held">By framework, with allocation roles; in the order in which they came to the agent.</param>
public sealed record AllocatorAgentView(
    ResourceBag Total,
    ResourceBag Available,
    IReadOnlyList<KeyValuePair<FrameworkId, ResourceBag>> Held);
