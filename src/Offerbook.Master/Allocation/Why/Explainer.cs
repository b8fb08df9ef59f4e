using Offerbook.Actors;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <summary>
/// Tells all that stands between a framework and an agent: the checks of <see cref="AllocationRun"/> in the same order, without
/// stopping at the first and without changing anything.
/// </summary>
internal sealed class Explainer(
    AllocatorSettings settings, ClusterTotals totals, RoleTree roles, QuotaCut cut, Memberships members, AgentBook agents,
    FilterBook filters)
{
    private const ResourceTraits NotForQuota = ResourceTraits.Reserved | ResourceTraits.Revocable;

    public WhyPage Explain(FrameworkId? framework, string role, int from, int count)
    {
        var leaf = roles.FindLeaf(role);
        var member = framework is { } id ? members.Registered(id)?.MemberIn(role) : null;
        var subject = new Subject(role, leaf, member, IsAnybody: framework is null, roles.TopAccount(role));
        var turn = Turn(subject);
        var page = new List<AgentObstacles>(count);
        var next = Math.Max(0, from);
        for (; next < agents.ByHandle.Count && page.Count < count; next++)
        {
            if (agents.ByHandle[next] is { } agent)
            {
                page.Add(new AgentObstacles(next, agent.Id, agent.Facts.Hostname, agent.Total, agent.Available,
                    Explain(agent, subject, turn)));
            }
        }

        return new WhyPage(General(subject), page, next < agents.ByHandle.Count ? next : null, agents.Count);
    }

    private List<Obstacle> General(Subject subject)
    {
        var obstacles = new List<Obstacle>();
        if (subject.IsAnybody
            ? subject.Leaf?.Members.Exists(static member => member.IsSubscribed) != true : subject.Member?.IsSubscribed != true)
        {
            obstacles.Add(new Obstacle.NotSubscribed());
        }

        if (subject.Member is { } member)
        {
            if (!member.Framework.IsActive)
            {
                obstacles.Add(new Obstacle.FrameworkInactive());
            }

            if (member.IsSuppressed)
            {
                obstacles.Add(new Obstacle.RoleSuppressed());
            }

            var offers = member.Framework.Offers;
            if (offers.IsAtBound(settings, totals))
            {
                obstacles.Add(
                    new Obstacle.TooManyOffers(offers.Count, settings.MaxOffersPerFramework, totals.ShareOf(offers.Amounts),
                        settings.MaxOfferedShare));
            }
        }

        return obstacles;
    }

    private List<Obstacle> Explain(AgentSlot agent, Subject subject, (int Roles, int Frameworks) turn)
    {
        var obstacles = new List<Obstacle>();
        AddAgentsOwn(obstacles, agent, subject);
        AddHeld(obstacles, agent);
        var left = AddUnsuitable(obstacles, agent, subject);
        if (subject.Account is { } account && !left.IsEmpty && cut.Concerns(account))
        {
            AddQuota(obstacles, left, account);
            left = cut.Preview(left, account);
        }

        var minimum = subject.Member?.MinAllocatable ?? settings.MinAllocatable;
        if (!Minimum.IsMet(left, minimum))
        {
            obstacles.Add(new Obstacle.TooSmall(left.Quantities, minimum));
        }
        else if (subject.Member is { } member)
        {
            AddRefusals(obstacles, agent, member, left);
        }

        if (obstacles.TrueForAll(static obstacle => obstacle is Obstacle.HeldBy or Obstacle.ReservedTo or Obstacle.Unsupported
            or Obstacle.QuotaLimit or Obstacle.Headroom or Obstacle.RefusedLately) && !left.IsEmpty)
        {
            obstacles.Add(new Obstacle.NotItsTurn(left, turn.Roles, turn.Frameworks));
        }

        return obstacles;
    }

    private static void AddAgentsOwn(List<Obstacle> obstacles, AgentSlot agent, Subject subject)
    {
        if (!agent.IsActive)
        {
            obstacles.Add(new Obstacle.AgentInactive());
        }

        if (!agent.IsWhitelisted)
        {
            obstacles.Add(new Obstacle.NotWhitelisted(agent.Facts.Hostname));
        }

        var needed = (subject.Role.Contains('/', StringComparison.Ordinal) ? AgentCapabilities.HierarchicalRole : AgentCapabilities.None)
            | (subject.Has(FrameworkCapabilities.MultiRole) ? AgentCapabilities.MultiRole : AgentCapabilities.None);
        if ((needed & ~agent.Capabilities) is var agentLacks and not AgentCapabilities.None)
        {
            obstacles.Add(new Obstacle.AgentIncapable(agentLacks));
        }

        if (subject.Member is { } member)
        {
            if ((agent.Requires & ~member.Framework.Capabilities) is var lacks and not FrameworkCapabilities.None)
            {
                obstacles.Add(new Obstacle.FrameworkIncapable(lacks));
            }

            if (member.Constraint?.Constraint.Allows(agent.Facts) == false)
            {
                obstacles.Add(new Obstacle.Constraint());
            }
        }
    }

    private static void AddHeld(List<Obstacle> obstacles, AgentSlot agent)
    {
        foreach (ref readonly var holding in agent.Holdings)
        {
            obstacles.Add(new Obstacle.HeldBy(holding.Member.Framework.Id, holding.Member.Role.Role,
                (holding.Resources - holding.Offered).Quantities, holding.Offered.Quantities));
        }
    }

    /// <summary>What is free and reserved to others or of the wrong sort.</summary>
    /// <returns>The rest.</returns>
    private static ResourceBag AddUnsuitable(List<Obstacle> obstacles, AgentSlot agent, Subject subject)
    {
        var incapableOf = subject.Member?.Framework.IncapableOf ?? ResourceTraits.None;
        var left = agent.Available.AllocatableTo(subject.Role).Without(incapableOf);
        if (left.Count == agent.Available.Count)
        {
            return left;
        }

        var others = new SortedDictionary<string, ResourceBag>(StringComparer.Ordinal);
        var unsupported = ResourceBag.Empty;
        foreach (ref readonly var entry in agent.Available.Entries)
        {
            if (!entry.Kind.IsAllocatableTo(subject.Role))
            {
                var owner = entry.Kind.ReservationRole!;
                others[owner] = others.GetValueOrDefault(owner, ResourceBag.Empty) + ResourceBag.Of(entry);
            }
            else if ((entry.Kind.Traits & incapableOf) != 0)
            {
                unsupported += ResourceBag.Of(entry);
            }
        }

        foreach (var (owner, resources) in others)
        {
            obstacles.Add(new Obstacle.ReservedTo(owner, resources.Quantities));
        }

        if (!unsupported.IsEmpty)
        {
            obstacles.Add(new Obstacle.Unsupported(unsupported.Traits & incapableOf, unsupported.Quantities));
        }

        return left;
    }

    private void AddQuota(List<Obstacle> obstacles, ResourceBag left, QuotaAccount account)
    {
        var free = totals.ForQuota(left.Without(NotForQuota), null);
        for (var i = 0; i < free.Length; i++)
        {
            var (limit, headroom) = cut.Caps(account, i);
            if (free[i] > limit)
            {
                obstacles.Add(new Obstacle.QuotaLimit(account.Role, totals.NameOf(i),
                    new Scalar(account.Limits[i]), new Scalar(account.Consumed(i)), new Scalar(free[i])));
            }

            if (free[i] > headroom)
            {
                obstacles.Add(
                    new Obstacle.Headroom(totals.NameOf(i), new Scalar(cut.Required(i)), new Scalar(cut.Free(i)), new Scalar(free[i])));
            }
        }
    }

    private void AddRefusals(List<Obstacle> obstacles, AgentSlot agent, RoleMember member, ResourceBag left)
    {
        foreach (var (refused, until, holds) in filters.Of(member, agent))
        {
            if (refused.Contains(left))
            {
                obstacles.Add(holds ? new Obstacle.Refused(refused, until) : new Obstacle.RefusedLately(until));
            }
        }
    }

    /// <summary>How many stand before it in the order of shares.</summary>
    private (int Roles, int Frameworks) Turn(Subject subject)
    {
        var (rolesBefore, frameworksBefore) = (0, 0);
        for (var node = subject.Leaf; node?.Parent is { } parent; node = parent)
        {
            rolesBefore += Before(parent.Children, node);
        }

        if (subject is { Member: { IsListed: true } member, Leaf: { } leaf })
        {
            frameworksBefore = Before(leaf.Competing, member);
        }

        return (rolesBefore, frameworksBefore);
    }

    private int Before<T>(ShareOrder<T> order, T one)
        where T : Competitor
    {
        var own = totals.ShareOf(one.Allocated) / one.Weight;
        var before = 0;
        for (var i = 0; i < order.Count; i++)
        {
            before += totals.ShareOf(order[i].Allocated) / order[i].Weight < own ? 1 : 0;
        }

        return before;
    }

    /// <param name="Member">Null: not in the role, or anybody is meant.</param>
    /// <param name="Account">Null: nobody has anything there, and there is no quota.</param>
    private sealed record Subject(string Role, RoleNode? Leaf, RoleMember? Member, bool IsAnybody, QuotaAccount? Account)
    {
        public bool Has(FrameworkCapabilities capability) => Member is { } member && (member.Framework.Capabilities & capability) != 0;
    }
}
