using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>Recounts the books from what each agent says is held on it. For tests, and for the checks of the master's invariants.</summary>
internal sealed class Consistency(ClusterTotals totals, RoleTree roles, QuotaBook quotas, AgentBook agents)
{
    private const ResourceTraits NotForQuota = ResourceTraits.Reserved | ResourceTraits.Revocable;

    /// <summary>The first difference; null when there is none.</summary>
    public string? Find() => FindInAgents() ?? FindInShares() ?? FindInQuotas();

    private string? FindInAgents()
    {
        var total = Array.Empty<long>();
        foreach (var agent in agents.ByHandle)
        {
            if (agent is null)
            {
                continue;
            }

            total = Vectors.Add(total, totals.VectorOf(agent.Total), 1);
            var taken = ResourceBag.Empty;
            foreach (ref readonly var holding in agent.Holdings)
            {
                taken += holding.Resources.Unallocate().NonShared();
                if (holding.Resources.IsEmpty || !holding.Resources.Contains(holding.Offered))
                {
                    return $"{agent.Id}: {holding.Offered} is offered of {holding.Resources} held by {holding.Member.Framework.Id}";
                }
            }

            var available = (agent.Total.NonShared() - taken) + agent.Total.Shared();
            if (available != agent.Available || !Vectors.Equal(agent.AvailableVector, totals.VectorOf(available))
                || !Vectors.Equal(agent.FreeVector, totals.VectorOf(available.Without(NotForQuota))))
            {
                return $"{agent.Id}: {agent.Available} is available, but should be {available}";
            }
        }

        return Vectors.Equal(total, totals.All) ? null : $"the cluster's total is {Show(totals.All)}, but should be {Show(total)}";
    }

    private string? FindInShares()
    {
        var held = new Dictionary<Competitor, long[]>(ReferenceEqualityComparer.Instance);
        var holdings = new Dictionary<RoleMember, int>(ReferenceEqualityComparer.Instance);
        foreach (var agent in agents.ByHandle)
        {
            foreach (ref readonly var holding in agent is null ? [] : agent.Holdings)
            {
                var amounts = totals.VectorOf(holding.Resources);
                holdings[holding.Member] = holdings.GetValueOrDefault(holding.Member) + 1;
                held[holding.Member] = Vectors.Add(held.GetValueOrDefault(holding.Member, []), amounts, 1);
                for (var role = holding.Member.Role; role is not null; role = role.Parent)
                {
                    held[role] = Vectors.Add(held.GetValueOrDefault(role, []), amounts, 1);
                }
            }
        }

        return Find(roles.Root, held, holdings);
    }

    private string? Find(RoleNode role, Dictionary<Competitor, long[]> held, Dictionary<RoleMember, int> holdings)
    {
        if (!Vectors.Equal(role.Allocated, held.GetValueOrDefault(role, [])))
        {
            return $"role '{role.Role}' is charged {Show(role.Allocated)}, but should be {Show(held.GetValueOrDefault(role, []))}";
        }

        foreach (var member in role.Members)
        {
            if (!Vectors.Equal(member.Allocated, held.GetValueOrDefault(member, [])))
            {
                return $"{member.Framework.Id} in '{role.Role}' is charged {Show(member.Allocated)}, "
                    + $"but should be {Show(held.GetValueOrDefault(member, []))}";
            }

            if (member.IsListed != Bits.Has(roles.Listed, member.Index))
            {
                return $"{member.Framework.Id} in '{role.Role}' is{(member.IsListed ? "" : " not")} in its role's order, "
                    + "but otherwise in the set of all who compete";
            }

            if (member.Holdings != holdings.GetValueOrDefault(member))
            {
                return $"{member.Framework.Id} in '{role.Role}' holds something on {member.Holdings} agents, "
                    + $"but should on {holdings.GetValueOrDefault(member)}";
            }
        }

        for (var i = 0; i < role.Children.Count; i++)
        {
            if (Find(role.Children[i], held, holdings) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private string? FindInQuotas()
    {
        var free = Array.Empty<long>();
        var reserved = new Dictionary<string, long[]>();
        var unreserved = new Dictionary<string, long[]>();
        foreach (var agent in agents.ByHandle)
        {
            if (agent is null)
            {
                continue;
            }

            free = Vectors.Add(free, agent.IsUsable ? totals.VectorOf(agent.Available.Without(NotForQuota)) : [], 1);
            foreach (var entry in agent.Total.Reserved())
            {
                var top = QuotaBook.TopOf(entry.Kind.ReservationRole!);
                reserved[top] = Vectors.Add(reserved.GetValueOrDefault(top, []), totals.VectorOf(ResourceBag.Of(entry)), 1);
            }

            foreach (ref readonly var holding in agent.Holdings)
            {
                var top = holding.Member.Role.Account!.Role;
                unreserved[top] = Vectors.Add(unreserved.GetValueOrDefault(top, []),
                    totals.VectorOf(holding.Resources.Without(NotForQuota)), 1);
            }
        }

        var required = Array.Empty<long>();
        var unmetRoles = 0;
        foreach (var account in quotas.Accounts)
        {
            reserved.Remove(account.Role, out var ownReserved);
            unreserved.Remove(account.Role, out var ownUnreserved);
            if (!Vectors.Equal(account.Reserved, ownReserved ?? []) || !Vectors.Equal(account.Unreserved, ownUnreserved ?? []))
            {
                return $"role '{account.Role}' has {Show(account.Reserved)} reserved and {Show(account.Unreserved)} else, "
                    + $"but should have {Show(ownReserved ?? [])} and {Show(ownUnreserved ?? [])}";
            }

            var lacks = new long[account.Guarantees.Length];
            for (var i = 0; i < lacks.Length; i++)
            {
                lacks[i] = account.Unmet(i);
            }

            required = Vectors.Add(required, lacks, 1);
            unmetRoles += Vectors.IsZero(lacks) ? 0 : 1;
        }

        return reserved.Count + unreserved.Count > 0 ? "a role with reservations or allocations has no account"
            : !Vectors.Equal(free, quotas.Free) ? $"{Show(quotas.Free)} is free for guarantees, but should be {Show(free)}"
            : !Vectors.Equal(required, quotas.Required) || unmetRoles != quotas.UnmetRoles
                ? $"{quotas.UnmetRoles} roles lack {Show(quotas.Required)}, but should be {unmetRoles} with {Show(required)}"
            : null;
    }

    private string Show(long[] vector) => totals.Quantities(vector).ToString();
}
