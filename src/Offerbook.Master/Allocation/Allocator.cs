using Offerbook.Actors;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <summary>
/// Decides who is offered what. Hierarchical dominant resource fairness: the role tree by share, the frameworks of a role by
/// share, and the first to whom an agent may go gets all that is left of it. Offered resources count as allocated.
/// <para>
/// Purpose of the shape: there is no periodic run over everything. Whatever could make an offer possible (an agent or framework
/// that comes, resources that return, a refusal that runs out) makes agents <em>candidates</em>; the owner batches a few
/// milliseconds and calls <see cref="Run"/>, which looks at candidates only.
/// </para>
/// <para>Invariants: what a run hands out was available; nobody gives back what it does not hold; equal calls and seeds give
/// equal results. Calls about unknown agents and frameworks do nothing: their news may cross with their removal.</para>
/// <para>Cost: a whole agent to a framework is O(log siblings) per level of the role tree; see README.md for figures.</para>
/// </summary>
public sealed class Allocator
{
    private readonly AllocatorSettings _settings;
    private readonly ClusterTotals _totals;
    private readonly RoleTree _roles;
    private readonly FilterBook _filters = new();
    private readonly Memberships _members;
    private readonly AllocationRun _run;
    private readonly Dictionary<AgentId, AgentSlot> _agentsById = [];
    private readonly List<AgentSlot> _agents = [];
    private readonly List<AgentSlot> _candidates = [];
    private int _nextHandle;
    private long _runs;

    public Allocator(AllocatorSettings settings, SeededRandom random)
    {
        _settings = settings;
        _totals = new ClusterTotals(settings.FairSharingExcludedResources);
        _roles = new RoleTree(_totals);
        _members = new Memberships(_roles, _filters, _totals);
        _run = new AllocationRun(settings, random, _totals, _roles);
    }

    /// <summary>Agents await a run. The owner starts a short timer when this turns true, and then calls <see cref="Run"/>.</summary>
    public bool HasCandidates => _candidates.Count > 0;

    /// <summary>The <see cref="Now.Elapsed"/> at which <see cref="ExpireFilters"/> is to be called; null when no refusal holds.</summary>
    public TimeSpan? NextFilterExpiry => _filters.NextExpiry;

    /// <summary>Begins active. Everything is a candidate, for the newcomer may take what nobody wanted.</summary>
    public void AddFramework(FrameworkId id, AllocatorFramework framework)
    {
        var slot = _members.Slot(id);
        Invariant.Check(!slot.IsRegistered, "a framework is added once");
        slot.IsRegistered = true;
        slot.IsActive = true;
        _members.Subscribe(slot, framework);
        AddAllCandidates();
    }

    /// <summary>The whole new picture of a framework. It leaves roles that are not named any more (its refusals there end), and roles that leave suppression are revived.</summary>
    public void UpdateFramework(FrameworkId id, AllocatorFramework framework)
    {
        if (_members.Registered(id) is { } slot)
        {
            _members.Subscribe(slot, framework);
            AddAllCandidates();
        }
    }

    /// <summary>What it still holds stays charged until it is recovered.</summary>
    public void RemoveFramework(FrameworkId id)
    {
        if (_members.Registered(id) is { } slot)
        {
            _members.Remove(slot);
        }
    }

    public void ActivateFramework(FrameworkId id)
    {
        if (_members.Registered(id) is { IsActive: false } slot)
        {
            _members.Activate(slot);
            AddAllCandidates();
        }
    }

    /// <summary>It competes no more, and its refusals end. What it holds, offers included, stays charged until recovered.</summary>
    public void DeactivateFramework(FrameworkId id)
    {
        if (_members.Registered(id) is { IsActive: true } slot)
        {
            _members.Deactivate(slot);
        }
    }

    /// <summary>Begins active. <paramref name="used"/> may name frameworks that are not known yet, and carries allocation roles (<c>*</c> where there is none).</summary>
    public void AddAgent(AgentId id, AllocatorAgent agent, ResourceBag total, IReadOnlyDictionary<FrameworkId, ResourceBag> used)
    {
        Invariant.Check(!_agentsById.ContainsKey(id), "an agent is added once");
        var slot = new AgentSlot(_nextHandle++, id);
        _agentsById.Add(id, slot);
        _agents.Add(slot);
        SetTotal(slot, total);
        Describe(slot, agent);

        // The owner's dictionary may be hashed by string: its order must not decide the order of books.
        var frameworks = new List<FrameworkId>(used.Keys);
        frameworks.Sort();
        foreach (var framework in frameworks)
        {
            Charge(framework, id, used[framework]);
        }

        AddCandidate(slot);
    }

    /// <summary>New capabilities or region of a known agent.</summary>
    /// <param name="attributesChanged">Refusals of the agent end: what was refused is not what it is now.</param>
    public void UpdateAgent(AgentId id, AllocatorAgent agent, bool attributesChanged)
    {
        if (_agentsById.TryGetValue(id, out var slot))
        {
            Describe(slot, agent);
            if (attributesChanged)
            {
                RemoveFilters(slot);
            }

            AddCandidate(slot);
        }
    }

    /// <summary>A total may shrink under what is held; then nothing is available until enough comes back.</summary>
    public void UpdateAgentTotal(AgentId id, ResourceBag total)
    {
        if (_agentsById.TryGetValue(id, out var slot))
        {
            SetTotal(slot, total);
            Describe(slot);
            AddCandidate(slot);
        }
    }

    /// <summary>All that is held there is gone with it: it must not be recovered as well (and if it is, nothing happens).</summary>
    public void RemoveAgent(AgentId id)
    {
        if (!_agentsById.Remove(id, out var slot))
        {
            return;
        }

        foreach (var holding in slot.Holdings.ToArray())
        {
            Release(slot, holding.Member, holding.Resources);
        }

        RemoveFilters(slot);
        _agents.Remove(slot);
        _totals.Replace(slot.TotalVector, []);
        slot.IsRemoved = true;
    }

    public void ActivateAgent(AgentId id)
    {
        if (_agentsById.TryGetValue(id, out var slot) && !slot.IsActive)
        {
            slot.IsActive = true;
            AddCandidate(slot);
        }
    }

    /// <summary>Its resources still count in totals and shares, but are not handed out.</summary>
    public void DeactivateAgent(AgentId id)
    {
        if (_agentsById.TryGetValue(id, out var slot))
        {
            slot.IsActive = false;
        }
    }

    /// <summary>Resources that were taken without an offer of this allocator, for instance by tasks learnt from an agent.</summary>
    public void Charge(FrameworkId framework, AgentId agent, ResourceBag resources)
    {
        if (!_agentsById.TryGetValue(agent, out var slot))
        {
            return;
        }

        foreach (var role in RolesOf(resources))
        {
            var part = PartIn(resources, role);
            var member = _members.Member(_members.Slot(framework), role);
            var before = slot.HeldBy(member);
            slot.Hold(member, part, part.Unallocate(), _totals);
            _roles.Charge(member, _totals.Added(before, part), 1);
        }
    }

    /// <summary>Offered or used resources come back, and their agent becomes a candidate.</summary>
    /// <param name="refuse">The framework declined them (or left them over): not to be offered to it for so long; see
    /// <see cref="RefusalDuration"/>. Null: nobody refused anything.</param>
    public void Recover(FrameworkId framework, AgentId agent, ResourceBag resources, TimeSpan? refuse, Now now)
    {
        if (!_agentsById.TryGetValue(agent, out var slot) || _members.Known(framework) is not { } owner)
        {
            return;
        }

        foreach (var role in RolesOf(resources))
        {
            var part = PartIn(resources, role);
            var member = owner.MemberIn(role);
            Invariant.Check(member is not null, "nobody gives back what it does not hold");
            Release(slot, member, part);
            if (refuse is { } duration && member.IsSubscribed && owner.IsActive)
            {
                var holds = RefusalDuration.Clamp(duration);
                holds = holds < _settings.ShortestRefusal ? _settings.ShortestRefusal : holds;
                _filters.Add(member, slot, part.Unallocate(), now.Elapsed + holds, _runs);
            }
        }

        AddCandidate(slot);
    }

    /// <summary>No more offers in these roles for now; refusals stay. Roles that the framework is not in are ignored.</summary>
    /// <param name="roles">Empty: all.</param>
    public void Suppress(FrameworkId id, IReadOnlyList<string> roles)
    {
        if (_members.Registered(id) is { } slot)
        {
            foreach (var member in slot.Members)
            {
                if (roles.Count == 0 || roles.Contains(member.Role.Role))
                {
                    _members.Suppress(member);
                }
            }
        }
    }

    /// <summary>Offers again, and all refusals in these roles end.</summary>
    /// <param name="roles">Empty: all.</param>
    public void Revive(FrameworkId id, IReadOnlyList<string> roles)
    {
        if (_members.Registered(id) is { } slot)
        {
            foreach (var member in slot.Members)
            {
                if (roles.Count == 0 || roles.Contains(member.Role.Role))
                {
                    _members.Revive(member);
                }
            }

            AddAllCandidates();
        }
    }

    /// <summary>
    /// Hands out what is available on the candidate agents, and charges it. Refusals whose time is up end first. The allocations
    /// of one framework stand together. The list is good until the next run, which uses it again.
    /// </summary>
    public IReadOnlyList<AgentAllocation> Run(Now now)
    {
        ExpireFilters(now);
        _runs++;
        foreach (var agent in _candidates)
        {
            agent.IsCandidate = false;
        }

        var allocations = _run.Over(_candidates, _members.Epoch);
        _candidates.Clear();
        while (_filters.TakeOverdue() is { } filter)
        {
            Expired(filter);
        }

        return allocations;
    }

    /// <summary>
    /// Ends the refusals whose time is up; their agents become candidates. A refusal outlives the next
    /// run after it was made, however short it is, so that others have their turn before the one who refused.
    /// </summary>
    public void ExpireFilters(Now now)
    {
        while (_filters.TakeExpired(now.Elapsed, _runs) is { } filter)
        {
            Expired(filter);
        }
    }

    public AllocatorView View() => AllocatorViews.Of(_roles, _totals, _agents.Count, _candidates.Count, _filters.Count);

    /// <summary>One agent's books; null when it is not known.</summary>
    public AllocatorAgentView? ViewAgent(AgentId id) => _agentsById.TryGetValue(id, out var slot) ? AllocatorViews.Of(slot) : null;

    private void Release(AgentSlot agent, RoleMember member, ResourceBag resources)
    {
        agent.Release(member, resources, _totals);
        _roles.Charge(member, _totals.Added(agent.HeldBy(member), resources), -1);
        _members.ForgetIfIdle(member);
    }

    private void Expired(OfferFilter filter)
    {
        _members.Touch(filter.Member);
        AddCandidate(filter.Agent);
    }

    private void RemoveFilters(AgentSlot agent)
    {
        foreach (var leaf in _roles.Leaves)
        {
            foreach (var member in leaf.Members)
            {
                _filters.RemoveAll(member, agent);
            }
        }

        agent.SettledAt = -1;
    }

    private void SetTotal(AgentSlot slot, ResourceBag total)
    {
        var before = slot.TotalVector;
        var unallocated = total.Unallocate();
        slot.SetTotal(unallocated, _totals.VectorOf(unallocated), _totals);
        _totals.Replace(before, slot.TotalVector);
    }

    private void Describe(AgentSlot slot, AllocatorAgent agent)
    {
        slot.Capabilities = agent.Capabilities;
        slot.IsInRemoteRegion = agent.IsInRemoteRegion;
        Describe(slot);
    }

    private void Describe(AgentSlot slot)
    {
        var keepForGpus = _settings.FilterGpuResources && !slot.Total.ScalarOf("gpus").IsZero;
        slot.Requires = (keepForGpus ? FrameworkCapabilities.GpuResources : 0) | (slot.IsInRemoteRegion ? FrameworkCapabilities.RegionAware : 0);
        slot.SettledAt = -1;
    }

    private void AddCandidate(AgentSlot slot)
    {
        if (!slot.IsCandidate)
        {
            slot.IsCandidate = true;
            _candidates.Add(slot);
        }
    }

    private void AddAllCandidates()
    {
        foreach (var agent in _agents)
        {
            AddCandidate(agent);
        }
    }

    private static IReadOnlyList<string> RolesOf(ResourceBag resources)
    {
        var roles = resources.AllocationRoles();
        return resources.Count > 0 && roles.Count == 0 ? [RoleName.Default] : roles;
    }

    private static ResourceBag PartIn(ResourceBag resources, string role) =>
        resources.AllocationRole() == role || (resources.Traits & ResourceTraits.Allocated) == 0 ? resources : resources.AllocatedIn(role);
}
