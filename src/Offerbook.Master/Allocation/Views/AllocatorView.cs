using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <summary>
/// The allocator's books at one moment. Offered resources count as allocated. Taking it copies numbers only, which are made into
/// quantities when somebody asks: immutable, and good on any thread.
/// </summary>
/// <param name="Total">The scalars of all agents.</param>
/// <param name="OfferedOrAllocated">Of these, what all frameworks together have.</param>
/// <param name="Roles">All roles with frameworks or allocations, sorted by name.</param>
/// <param name="Quotas">The roles that a quota is set for, sorted by name.</param>
/// <param name="Weights">The roles that a weight was set for, sorted by name.</param>
/// <param name="Headroom">What guarantees still lack and what is free for them.</param>
/// <param name="Filters">How many refusals hold.</param>
public sealed record AllocatorView(
    Amounts Total,
    Amounts OfferedOrAllocated,
    IReadOnlyList<AllocatorRoleView> Roles,
    IReadOnlyList<AllocatorQuotaView> Quotas,
    IReadOnlyList<KeyValuePair<string, double>> Weights,
    AllocatorHeadroomView Headroom,
    int Agents,
    int Candidates,
    int Filters);

/// <param name="DominantShare">0 to 1: the largest share of any scalar; of this role without the roles below it.</param>
/// <param name="Weight">Its order among siblings is by share divided by weight.</param>
/// <param name="Filters">How many refusals of its frameworks hold.</param>
/// <param name="Frameworks">In no particular order.</param>
public sealed record AllocatorRoleView(
    string Role,
    double DominantShare,
    double Weight,
    Amounts Allocated,
    int Filters,
    IReadOnlyList<AllocatorFrameworkView> Frameworks);

/// <summary>A framework in one of its roles.</summary>
/// <param name="IsCompeting">Subscribed to the role, active and not suppressed.</param>
/// <param name="Offers">What is out in offers to the framework, in all its roles.</param>
public sealed record AllocatorFrameworkView(
    FrameworkId Framework,
    double DominantShare,
    Amounts Allocated,
    bool IsSubscribed,
    bool IsSuppressed,
    bool IsCompeting,
    int Filters,
    OutstandingOffersView Offers);

/// <summary>The offers that a framework sits on.</summary>
/// <param name="DominantShare">0 to 1: of the cluster, what is in these offers.</param>
/// <param name="Oldest">When the oldest was made, as <c>Now.Elapsed</c>; null when there is none.</param>
/// <param name="IsAtBound">It gets no further ones for now.</param>
public sealed record OutstandingOffersView(int Count, double DominantShare, TimeSpan? Oldest, bool IsAtBound)
{
    public static readonly OutstandingOffersView None = new(0, 0, null, false);
}

/// <param name="Consumed">Reservations of the role and below it, and what else it is offered or uses without revocable resources: what
/// limits and guarantees are about.</param>
/// <param name="OfferedOrAllocated">All that the role and those below it have.</param>
public sealed record AllocatorQuotaView(string Role, RoleQuota Quota, Amounts Consumed, Amounts OfferedOrAllocated);

/// <param name="Required">What the guarantees of all roles lack together.</param>
/// <param name="Free">What is free on usable agents, unreserved and not revocable.</param>
public sealed record AllocatorHeadroomView(Amounts Required, Amounts Free);

/// <param name="Available">What may be offered now: the total less what is allocated; shared volumes are always in it.</param>
/// <param name="Held">By framework, with allocation roles; in the order in which they came to the agent.</param>
/// <param name="Offered">The part of it that is out in offers.</param>
/// <param name="IsUsable">Active and welcome by the whitelist.</param>
public sealed record AllocatorAgentView(
    ResourceBag Total,
    ResourceBag Available,
    IReadOnlyList<KeyValuePair<FrameworkId, ResourceBag>> Held,
    IReadOnlyList<KeyValuePair<FrameworkId, ResourceBag>> Offered,
    bool IsUsable);
