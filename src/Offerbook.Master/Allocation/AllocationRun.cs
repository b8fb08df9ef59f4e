using System.Runtime.InteropServices;
using Offerbook.Actors;
using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>
/// One cycle. First, if guarantees are not met, for each candidate in shuffled order: the roles that lack something, by share, get
/// what helps them and what comes with it. Then for each candidate, shuffled anew:
/// <code>
/// 1  what is available on the agent               - shared volumes once a run
/// 2  roles, depth first, each level by share      - the hierarchical ones need HIERARCHICAL_ROLE of the agent
/// 3  the part allocatable to the role             - unreserved, or reserved to it or above it
/// 4  the role's frameworks by share               - capabilities that the agent asks for, constraints, offers out
/// 5  the part that the framework can take         - revocable, shared and refined need capabilities
/// 6  the part that quotas leave                   - the role's limit, headroom for the guarantees of others
/// 7  worth an offer?  refused?                    - minimum, filters
/// 8  charge all of it and go on with the rest
/// </code>
/// Orders are walked in place while charges move those just served further back; a stamp keeps each from being served twice.
/// Memory is allocated only for what was not handed out like that before; nothing is sorted per agent.
/// </summary>
internal sealed class AllocationRun(
    AllocatorSettings settings, SeededRandom random, ClusterTotals totals, RoleTree roles, QuotaBook quotas, QuotaCut cut,
    FilterBook filters)
{
    private readonly GuaranteedRoles _guaranteed = new(settings, totals, roles, quotas, random);
    private readonly bool _boundsOffers = settings.MaxOffersPerFramework is not null || settings.MaxOfferedShare is not null;
    private readonly AllocatedTwins _twins = new();
    private readonly List<AgentAllocation> _handedOut = [];

    // Used again by every run: a list for ten thousand agents is a large object, and each new one would hasten a full collection.
    private readonly List<AgentAllocation> _collected = [];
    private readonly List<FrameworkSlot> _servedInOrder = [];
    private readonly List<FrameworkSlot> _served = [];
    // Members that refused the agent lately, and how long ago.
    private readonly List<(long RefusedAt, RoleMember Member)> _deferred = [];
    private AgentSlot _agent = null!;
    private ResourceBag _remaining = ResourceBag.Empty;

    // The last bag that the allocator's own minimum was asked of, and met.
    private ResourceBag? _worthAnOffer;
    private Withheld _withheld;
    private bool _guaranteesOnly;
    private long _runs;
    private long _visit;
    private TimeSpan _now;

    /// <param name="epoch">Of the newest change of competitors; visited agents are settled as of it.</param>
    public IReadOnlyList<AgentAllocation> Over(AgentBook agents, long epoch, Now now)
    {
        _now = now.Elapsed;
        _runs++;
        var candidates = agents.Candidates;
        random.Shuffle(candidates);
        if (quotas.UnmetRoles > 0)
        {
            ServeGuarantees(candidates);
            random.Shuffle(candidates);
        }

        var visits = CollectionsMarshal.AsSpan(candidates);
        for (var i = 0; i < visits.Length; i++)
        {
            VisitsAhead.Prepare(visits, i, roles.Root);
            var agent = visits[i];
            agent.IsCandidate = false;
            if (IsWorthAVisit(agent))
            {
                BeginVisit(agent);
                if (!IsRefusedByAll())
                {
                    Walk(roles.Root);
                    ServeDeferred();
                }

                agent.SettledAt = epoch;
                if (_withheld != Withheld.None && !_remaining.IsEmpty)
                {
                    agents.AddWithheld(agent, _withheld);
                }
            }
        }

        candidates.Clear();
        return Collect();
    }

    private void ServeGuarantees(List<AgentSlot> candidates)
    {
        _guaranteesOnly = true;
        _guaranteed.Begin();
        var visits = CollectionsMarshal.AsSpan(candidates);
        for (var v = 0; v < visits.Length; v++)
        {
            VisitsAhead.Prepare(visits, v, roles.Root);
            var agent = visits[v];
            if (quotas.UnmetRoles == 0)
            {
                break;
            }

            if (IsWorthAVisit(agent))
            {
                BeginVisit(agent);
                if (IsRefusedByAll())
                {
                    continue;
                }

                for (var i = 0; !_remaining.IsEmpty && _guaranteed.At(i, _visit) is { } role;)
                {
                    if (role.VisitedAt == _visit)
                    {
                        i++;
                        continue;
                    }

                    role.VisitedAt = _visit;
                    if (role.ChangedAt > agent.SettledAt)
                    {
                        Walk(role);
                        _guaranteed.Reorder(i);
                    }
                }

                ServeDeferred();
            }
        }

        _guaranteesOnly = false;
    }

    private bool IsWorthAVisit(AgentSlot agent) => agent.IsUsable && !agent.Available.IsEmpty && roles.Root.ChangedAt > agent.SettledAt;

    private void BeginVisit(AgentSlot agent)
    {
        _agent = agent;
        _remaining = agent.SharedOfferedIn == _runs ? agent.Available.NonShared() : agent.Available;
        _withheld = Withheld.None;
        _deferred.Clear();
        agent.Refusals.Prepare(agent.Available);
        _visit++;
    }

    /// <summary>Walking would ask nobody. By lot it would draw, and the same seed is to give the same draws: then it walks.</summary>
    private bool IsRefusedByAll() => settings.RoleSorter == SorterKind.Drf && _agent.Refusals.AreCovered(roles.Listed);

    /// <summary>What all others left goes to those who refused the agent lately, the one first whose refusal is the longest ago.</summary>
    private void ServeDeferred()
    {
        if (_deferred.Count == 0 || _remaining.IsEmpty)
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

    private void Walk(RoleNode parent)
    {
        var order = parent.Children;
        order.Sort(totals);
        for (var i = 0; i < order.Count && !_remaining.IsEmpty;)
        {
            var role = order[i];
            if (role.VisitedAt == _visit)
            {
                i++;
                continue;
            }

            // Not advanced: whoever is served moves back and the next one takes this place.
            role = order.Next(i, random);
            role.VisitedAt = _visit;
            if (role.ChangedAt <= _agent.SettledAt)
            {
                continue;
            }

            if (role.IsLeaf)
            {
                WalkFrameworks(role);
            }
            else
            {
                Walk(role);
            }
        }
    }

    private void WalkFrameworks(RoleNode role)
    {
        if (role.IsHierarchical && (_agent.Capabilities & AgentCapabilities.HierarchicalRole) == 0)
        {
            return;
        }

        var available = AllocatableTo(role);
        if (available.IsEmpty || (role.MembersWithMinimum == 0 && !IsWorthAnOffer(available, settings.MinAllocatable)))
        {
            return;
        }

        var order = role.Competing;
        order.Sort(totals);
        var refusals = _agent.Refusals;
        for (var i = 0; i < order.Count; i++)
        {
            if (refusals.IsCovered(order.Indexes[i]))
            {
                continue;
            }

            var member = order[i].VisitedAt == _visit ? order[i] : order.Next(i, random);
            if (member.VisitedAt == _visit || member.ChangedAt <= _agent.SettledAt || !MaySee(member) || !TryServe(member, available, isDeferred: false))
            {
                continue;
            }

            // Whoever is served moves back and the next one takes this place.
            member.VisitedAt = _visit;
            i--;
            available = AllocatableTo(role);
            if (available.IsEmpty)
            {
                return;
            }
        }
    }

    private ResourceBag AllocatableTo(RoleNode role) => _guaranteesOnly && (_remaining.Traits & ResourceTraits.Reserved) != 0
        ? _remaining.Unreserved() + _remaining.Reserved(role.Role)
        : _remaining.AllocatableTo(role.Role);

    private bool MaySee(RoleMember member)
    {
        var framework = member.Framework;
        if ((_agent.Requires & ~framework.Capabilities) != 0
            || ((framework.Capabilities & FrameworkCapabilities.MultiRole) != 0 && (_agent.Capabilities & AgentCapabilities.MultiRole) == 0)
            || member.Constraint?.Allows(_agent) == false)
        {
            return false;
        }

        if (_boundsOffers && framework.Offers.IsAtBound(settings, totals))
        {
            _withheld |= Withheld.Offers;
            return false;
        }

        return true;
    }

    private bool TryServe(RoleMember member, ResourceBag available, bool isDeferred)
    {
        var offered = available.Without(member.Framework.IncapableOf);
        if (offered.IsEmpty || (_guaranteesOnly && !cut.Helps(offered, member.Role.Account!)))
        {
            return false;
        }

        if (cut.Concerns(member.Role.Account!))
        {
            offered = cut.Cut(offered, FreeOf(offered), member.Role.Account!, out var withheld);
            _withheld |= withheld;
        }

        var verdict = filters.Ask(member, _agent, offered, out var refusedAt);
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
    private bool IsWorthAnOffer(ResourceBag bag, IReadOnlyList<ResourceQuantities> minimum)
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

    private long[] FreeOf(ResourceBag offered) =>
        ReferenceEquals(offered, _agent.Available) ? _agent.FreeVector : totals.ForQuota(offered, null);

    private void HandOut(RoleMember member, ResourceBag offered)
    {
        var allocated = _agent.Allocate(offered, member.Role.Kinds, _twins);
        var isWhole = ReferenceEquals(offered, _agent.Available) && (offered.Traits & ResourceTraits.Shared) == 0;
        var amounts = isWhole ? _agent.AvailableVector : totals.Added(_agent.HeldBy(member), allocated);
        var forQuota = isWhole ? _agent.FreeVector : totals.ForQuota(offered, amounts);
        Invariant.Check(_remaining.Contains(offered), "what is handed out was available");
        Invariant.Check(member.Role.Account!.Admits(forQuota), "what is handed out keeps within the limits of quotas");
        _remaining -= offered;
        if ((offered.Traits & ResourceTraits.Shared) != 0)
        {
            _agent.SharedOfferedIn = _runs;
        }

        _agent.Hold(member, allocated, offered, isOffer: true);
        roles.Charge(member, amounts, forQuota, 1);
        member.Framework.Offers.Add(amounts, _now);

        _handedOut.Add(new AgentAllocation(member.Framework.Id, member.Role.Role, _agent.Id, allocated));
        _servedInOrder.Add(member.Framework);
        if (member.Framework.RunCount++ == 0)
        {
            _served.Add(member.Framework);
        }
    }

    /// <summary>Brings the allocations of each framework together, in the order in which frameworks were first served.</summary>
    private List<AgentAllocation> Collect()
    {
        var next = 0;
        foreach (var framework in _served)
        {
            framework.RunNext = next;
            next += framework.RunCount;
            framework.RunCount = 0;
        }

        CollectionsMarshal.SetCount(_collected, _handedOut.Count);
        for (var i = 0; i < _handedOut.Count; i++)
        {
            _collected[_servedInOrder[i].RunNext++] = _handedOut[i];
        }

        _handedOut.Clear();
        _servedInOrder.Clear();
        _served.Clear();
        return _collected;
    }
}
