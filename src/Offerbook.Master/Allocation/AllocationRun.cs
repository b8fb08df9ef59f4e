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
/// Whose turn it is (1, 2, 4) is decided here; what of the agent they get, in <see cref="AgentVisit"/>.
/// Orders are walked in place while charges move those just served further back; a stamp keeps each from being served twice.
/// Memory is allocated only for what was not handed out like that before; nothing is sorted per agent.
/// </summary>
internal sealed class AllocationRun(
    AllocatorSettings settings, SeededRandom random, ClusterTotals totals, RoleTree roles, QuotaBook quotas, QuotaCut cut,
    FilterBook filters)
{
    private readonly GuaranteedRoles _guaranteed = new(settings, totals, roles, quotas, random);
    private readonly AgentVisit _at = new(settings, totals, roles, cut, filters);
    private long _runs;
    private long _visit;

    /// <param name="epoch">Of the newest change of competitors; visited agents are settled as of it.</param>
    public IReadOnlyList<AgentAllocation> Over(AgentBook agents, long epoch, Now now)
    {
        _at.BeginRun(++_runs, now.Elapsed);
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
                    _at.ServeDeferred();
                }

                agent.SettledAt = epoch;
                if (_at.Withheld != Withheld.None && !_at.Remaining.IsEmpty)
                {
                    agents.AddWithheld(agent, _at.Withheld);
                }
            }
        }

        candidates.Clear();
        return _at.EndRun();
    }

    private void ServeGuarantees(List<AgentSlot> candidates)
    {
        _at.GuaranteesOnly = true;
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

                for (var i = 0; !_at.Remaining.IsEmpty && _guaranteed.At(i, _visit) is { } role;)
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

                _at.ServeDeferred();
            }
        }

        _at.GuaranteesOnly = false;
    }

    private bool IsWorthAVisit(AgentSlot agent) => agent.IsUsable && !agent.Available.IsEmpty && roles.Root.ChangedAt > agent.SettledAt;

    private void BeginVisit(AgentSlot agent)
    {
        _at.Begin(agent);
        _visit++;
    }

    /// <summary>Walking would ask nobody. By lot it would draw, and the same seed is to give the same draws: then it walks.</summary>
    private bool IsRefusedByAll() => settings.RoleSorter == SorterKind.Drf && _at.Agent.Refusals.AreCovered(roles.Listed);

    private void Walk(RoleNode parent)
    {
        var order = parent.Children;
        order.Sort(totals);
        for (var i = 0; i < order.Count && !_at.Remaining.IsEmpty;)
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
            if (role.ChangedAt <= _at.Agent.SettledAt)
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
        if (role.IsHierarchical && (_at.Agent.Capabilities & AgentCapabilities.HierarchicalRole) == 0)
        {
            return;
        }

        var available = _at.AllocatableTo(role);
        if (available.IsEmpty || (role.MembersWithMinimum == 0 && !_at.IsWorthAnOffer(available, settings.MinAllocatable)))
        {
            return;
        }

        var order = role.Competing;
        order.Sort(totals);
        var refusals = _at.Agent.Refusals;
        for (var i = 0; i < order.Count; i++)
        {
            if (refusals.IsCovered(order.Indexes[i]))
            {
                continue;
            }

            var member = order[i].VisitedAt == _visit ? order[i] : order.Next(i, random);
            if (member.VisitedAt == _visit || member.ChangedAt <= _at.Agent.SettledAt || !_at.MaySee(member)
                || !_at.TryServe(member, available, isDeferred: false))
            {
                continue;
            }

            // Whoever is served moves back and the next one takes this place.
            member.VisitedAt = _visit;
            i--;
            available = _at.AllocatableTo(role);
            if (available.IsEmpty)
            {
                return;
            }
        }
    }
}
