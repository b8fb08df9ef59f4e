using Offerbook.Resources;

namespace Offerbook.Master.Quotas;

/// <summary>
/// What a role and the roles below it take of their quota: allocated resources, and reservations whether anybody uses them or
/// not. Costs a walk over all agents, a few milliseconds for 50,000; only operators' calls ask.
/// </summary>
/// <param name="Offered">What is out in offers to the role and those below it; reservations may be in both.</param>
internal readonly record struct RoleConsumption(ResourceQuantities Consumed, ResourceQuantities Offered)
{
    public static RoleConsumption Of(ClusterState cluster, string role)
    {
        var consumed = new QuantitySum();
        var offered = new QuantitySum();
        foreach (var agent in cluster.Agents)
        {
            var usedReservations = ResourceBag.Empty;
            foreach (var used in agent.Used.Values)
            {
                consumed.Add(AllocatedBelow(role, used).NonRevocable().Quantities);
                usedReservations += ReservedBelow(role, used);
            }
            var reserved = ReservedBelow(role, agent.Total);
            if (!reserved.IsEmpty)
            {
                consumed.Add(reserved.Quantities - usedReservations.Quantities);
            }
            foreach (var offer in agent.Offers)
            {
                if (RoleName.IsSameOrAncestor(role, offer.Role))
                {
                    offered.Add(offer.Resources.NonRevocable().Quantities);
                }
            }
        }
        return new RoleConsumption(consumed.Total(), offered.Total());
    }

    /// <summary>The non-revocable scalars of all registered agents, those included that are disconnected for a moment.</summary>
    public static ResourceQuantities Capacity(ClusterState cluster)
    {
        var capacity = new QuantitySum();
        foreach (var agent in cluster.Agents)
        {
            capacity.Add(agent.Total.NonRevocable().Quantities);
        }
        return capacity.Total();
    }

    private static ResourceBag AllocatedBelow(string role, ResourceBag bag)
    {
        if (bag.AllocationRole() is { } only)
        {
            return RoleName.IsSameOrAncestor(role, only) ? bag : ResourceBag.Empty;
        }
        var below = ResourceBag.Empty;
        foreach (var allocated in bag.AllocationRoles())
        {
            if (RoleName.IsSameOrAncestor(role, allocated))
            {
                below += bag.AllocatedIn(allocated);
            }
        }
        return below;
    }

    private static ResourceBag ReservedBelow(string role, ResourceBag bag)
    {
        if ((bag.Traits & ResourceTraits.Reserved) == 0)
        {
            return ResourceBag.Empty;
        }
        var below = ResourceBag.Empty;
        foreach (var entry in bag)
        {
            if (entry.Kind.ReservationRole is { } owner && RoleName.IsSameOrAncestor(role, owner))
            {
                below += ResourceBag.Of(entry);
            }
        }
        return below;
    }
}
