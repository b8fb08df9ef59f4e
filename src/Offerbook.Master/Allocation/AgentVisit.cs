using Offerbook.Actors;
using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>
/// The visit to one agent: what a member who is asked about it gets of what is left. Steps 3 to 8 of <see cref="AllocationRun"/>,
/// which decides whose turn it is. One object serves all visits of all runs.
/// </summary>
internal sealed class AgentVisit(
    AllocatorSettings settings, ClusterTotals totals, RoleTree roles, QuotaCut cut, FilterBook filters)
{
    private readonly bool _boundsOffers = settings.MaxOffersPerFramework is not null || settings.MaxOfferedShare is not null;
    private readonly AllocatedTwins _twins = new();
    private readonly HandedOut _handedOut = new();

    // Members that refused the agent lately, and how long ago.
    private readonly List<(long RefusedAt, RoleMember Member)> _deferred = [];

    // The last bag that the allocator's own minimum was asked of, and met.
    private ResourceBag? _worthAnOffer;
    private long _run;
    private TimeSpan _now;

    public AgentSlot Agent { get; private set; } = null!;

    /// <summary>What nobody has been given yet.</summary>
    public ResourceBag Remaining { get; private set; } = ResourceBag.Empty;

    /// <summary>Why something was kept from somebody who would have had it.</summary>
    public Withheld Withheld { get; private set; }

    /// <summary>Set while only those are served whose guarantees are not met.</summary>
    public bool GuaranteesOnly { get; set; }

    public void BeginRun(long run, TimeSpan now)
    {
        _run = run;
        _now = now;
    }

    /// <summary>All that was handed out since the run began; the list is good until the next run ends.</summary>
    public IReadOnlyList<AgentAllocation> EndRun() => _handedOut.Collect();

    public void Begin(AgentSlot agent)
    {
        Agent = agent;
        Remaining = agent.SharedOfferedIn == _run ? agent.Available.NonShared() : agent.Available;
        Withheld = Withheld.None;
        _deferred.Clear();
        agent.Refusals.Prepare(agent.Available);
    }

    /// <summary>What is left of the agent and not reserved to others than the role and those above it.</summary>
    public ResourceBag AllocatableTo(RoleNode role) => GuaranteesOnly && (Remaining.Traits & ResourceTraits.Reserved) != 0
        ? Remaining.Unreserved() + Remaining.Reserved(role.Role)
        : Remaining.AllocatableTo(role.Role);

    /// <summary>Whether a member may be offered the agent at all.</summary>
    public bool MaySee(RoleMember member)
    {
        var framework = member.Framework;
        if ((Agent.Requires & ~framework.Capabilities) != 0
            || ((framework.Capabilities & FrameworkCapabilities.MultiRole) != 0 && (Agent.Capabilities & AgentCapabilities.MultiRole) == 0)
            || member.Constraint?.Allows(Agent) == false)
        {
            return false;
        }

        if (_boundsOffers && framework.Offers.IsAtBound(settings, totals))
        {
            Withheld |= Withheld.Offers;
            return false;
        }

        return true;
    }

    /// <summary>Hands all of it that the member can take, is due and has not refused to the member.</summary>
    /// <param name="isDeferred">Whether the others have had their turn: then a recent refusal does not matter any more.</param>
    /// <returns>Whether the member got anything.</returns>
    public bool TryServe(RoleMember member, ResourceBag available, bool isDeferred)
    {
        var offered = available.Without(member.Framework.IncapableOf);
        if (offered.IsEmpty || (GuaranteesOnly && !cut.Helps(offered, member.Role.Account!)))
        {
            return false;
        }

        if (cut.Concerns(member.Role.Account!))
        {
            offered = cut.Cut(offered, FreeOf(offered), member.Role.Account!, out var withheld);
            Withheld |= withheld;
        }

        var verdict = filters.Ask(member, Agent, offered, out var refusedAt);
        if (verdict == RefusalVerdict.Stops || !IsWorthAnOffer(offered, member.MinAllocatable ?? settings.MinAllocatable))
        {
            return false;
        }

        if (verdict == RefusalVerdict.Defers && !isDeferred)
        {
            _deferred.Add((refusedAt, member));
            return false;
        }

        HandOut(member, offered);
        return true;
    }

    /// <summary>Asked of a role, and then of its members about the same bag: most of the time the answer is known.</summary>
    public bool IsWorthAnOffer(ResourceBag bag, IReadOnlyList<ResourceQuantities> minimum)
    {
        if (ReferenceEquals(bag, _worthAnOffer) && ReferenceEquals(minimum, settings.MinAllocatable))
        {
            return true;
        }

        if (!Minimum.IsMet(bag, minimum))
        {
            return false;
        }

        _worthAnOffer = ReferenceEquals(minimum, settings.MinAllocatable) ? bag : _worthAnOffer;
        return true;
    }

    /// <summary>What all others left goes to those who refused the agent lately, the one first whose refusal is the longest ago.</summary>
    public void ServeDeferred()
    {
        if (_deferred.Count == 0 || Remaining.IsEmpty)
        {
            return;
        }

        _deferred.Sort(static (left, right) => left.RefusedAt != right.RefusedAt
            ? left.RefusedAt.CompareTo(right.RefusedAt)
            : left.Member.Index.CompareTo(right.Member.Index));
        foreach (var (_, member) in _deferred)
        {
            TryServe(member, AllocatableTo(member.Role), isDeferred: true);
        }
    }

    private long[] FreeOf(ResourceBag offered) =>
        ReferenceEquals(offered, Agent.Available) ? Agent.FreeVector : totals.ForQuota(offered, null);

    private void HandOut(RoleMember member, ResourceBag offered)
    {
        var allocated = Agent.Allocate(offered, member.Role.Kinds, _twins);
        var isWhole = ReferenceEquals(offered, Agent.Available) && (offered.Traits & ResourceTraits.Shared) == 0;
        var amounts = isWhole ? Agent.AvailableVector : totals.Added(Agent.HeldBy(member), allocated);
        var forQuota = isWhole ? Agent.FreeVector : totals.ForQuota(offered, amounts);
        Invariant.Check(Remaining.Contains(offered), "what is handed out was available");
        Invariant.Check(member.Role.Account!.Admits(forQuota), "what is handed out keeps within the limits of quotas");
        Remaining -= offered;
        if ((offered.Traits & ResourceTraits.Shared) != 0)
        {
            Agent.SharedOfferedIn = _run;
        }

        Agent.Hold(member, allocated, offered, isOffer: true);
        roles.Charge(member, amounts, forQuota, 1);
        member.Framework.Offers.Add(amounts, _now);
        _handedOut.Add(member, Agent, allocated);
    }
}
