using System.Runtime.InteropServices;
using Offerbook.Actors;
using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>
/// One cycle. For each candidate, in shuffled order:
/// <code>
/// 1  what is available on the agent
/// 2  roles, depth first, each level by share      - the hierarchical ones need HIERARCHICAL_ROLE of the agent
/// 3  the part allocatable to the role             - unreserved, or reserved to it or above it
/// 4  the role's frameworks by share               - capabilities that the agent asks for
/// 5  the part that the framework can take         - revocable, shared and refined need capabilities
/// 6  worth an offer?  refused?                    - minimum, filters
/// 7  charge all of it and go on with the rest
/// </code>
/// Orders are walked in place while charges move those just served further back; a stamp keeps each from being served twice.
/// No allocation of memory but for what is handed out; nothing is sorted per agent.
/// </summary>
internal sealed class AllocationRun(AllocatorSettings settings, SeededRandom random, ClusterTotals totals, RoleTree roles)
{
    private readonly List<AgentAllocation> _handedOut = [];

    // Used again by every run: a list for ten thousand agents is a large object, and each new one would hasten a full collection.
    private readonly List<AgentAllocation> _collected = [];
    private readonly List<FrameworkSlot> _servedInOrder = [];
    private readonly List<FrameworkSlot> _served = [];
    private AgentSlot _agent = null!;
    private ResourceBag _remaining = ResourceBag.Empty;
    private long _visit;

    /// <param name="epoch">Of the newest change of competitors; visited agents are settled as of it.</param>
    public IReadOnlyList<AgentAllocation> Over(List<AgentSlot> candidates, long epoch)
    {
        random.Shuffle(candidates);
        foreach (var agent in candidates)
        {
            if (agent.IsActive && !agent.IsRemoved && !agent.Available.IsEmpty && roles.Root.ChangedAt > agent.SettledAt)
            {
                Visit(agent);
                agent.SettledAt = epoch;
            }
        }

        return Collect();
    }

    private void Visit(AgentSlot agent)
    {
        _agent = agent;
        _remaining = agent.Available;
        _visit++;
        Walk(roles.Root);
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

        var available = _remaining.AllocatableTo(role.Role);
        if (available.IsEmpty || (role.MembersWithMinimum == 0 && !Minimum.IsMet(available, settings.MinAllocatable)))
        {
            return;
        }

        var order = role.Competing;
        order.Sort(totals);
        for (var i = 0; i < order.Count;)
        {
            var member = order[i];
            if (member.VisitedAt == _visit)
            {
                i++;
                continue;
            }

            member.VisitedAt = _visit;
            if (member.ChangedAt <= _agent.SettledAt || !MaySee(member.Framework))
            {
                continue;
            }

            var offered = available.Without(member.Framework.IncapableOf);
            if (offered.IsEmpty
                || !Minimum.IsMet(offered, member.MinAllocatable ?? settings.MinAllocatable)
                || FilterBook.Stops(member, _agent, offered))
            {
                continue;
            }

            HandOut(member, offered);
            available = _remaining.AllocatableTo(role.Role);
            if (available.IsEmpty)
            {
                return;
            }
        }
    }

    private bool MaySee(FrameworkSlot framework) =>
        (_agent.Requires & ~framework.Capabilities) == 0
        && ((framework.Capabilities & FrameworkCapabilities.MultiRole) == 0 || (_agent.Capabilities & AgentCapabilities.MultiRole) != 0);

    private void HandOut(RoleMember member, ResourceBag offered)
    {
        var allocated = offered.Allocate(member.Role.Kinds);
        var amounts = ReferenceEquals(offered, _agent.Available) && (offered.Traits & ResourceTraits.Shared) == 0
            ? _agent.AvailableVector
            : totals.Added(_agent.HeldBy(member), allocated);
        Invariant.Check(_remaining.Contains(offered), "what is handed out was available");
        _remaining -= offered;
        _agent.Hold(member, allocated, offered, totals);
        roles.Charge(member, amounts, 1);

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
