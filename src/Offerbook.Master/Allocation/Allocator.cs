using Offerbook.Actors;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <summary>
/// Decides who is offered what. Hierarchical dominant resource fairness within quotas: the role tree by share, the frameworks of a
/// role by share, and the first to whom an agent may go gets all that is left of it. Offered resources count as allocated.
/// <para>
/// Purpose of the shape: there is no periodic run over everything. Whatever could make an offer possible (an agent or framework
/// that comes, resources that return, a refusal that runs out, a quota that eases) makes agents <em>candidates</em>; the owner
/// batches a few milliseconds and calls <see cref="Run"/>, which looks at candidates only.
/// </para>
/// <para>Invariants: what a run hands out was available, and keeps within the limits of quotas; nobody gives back what it does not
/// hold; equal calls and seeds give equal results; the books equal a recount (<see cref="FindInconsistency"/>). Calls about unknown
/// agents and frameworks do nothing: their news may cross with their removal.</para>
/// <para>Cost: a whole agent to a framework is O(log siblings) per level of the role tree; see README.md for figures.</para>
/// </summary>
public sealed partial class Allocator
{
    private readonly AllocatorSettings _settings;
    private readonly ClusterTotals _totals;
    private readonly QuotaBook _quotas;
    private readonly RoleTree _roles;
    private readonly FilterBook _filters;
    private readonly ConstraintBook _constraints = new();
    private readonly MaintenanceBook _maintenance = new();
    private readonly Memberships _members;
    private readonly AllocationRun _run;
    private readonly AgentBook _agents;
    private readonly AllocatorViews _views;
    private readonly Explainer _explainer;
    private readonly Consistency _consistency;

    public Allocator(AllocatorSettings settings, SeededRandom random)
    {
        _settings = settings;
        _totals = new ClusterTotals(settings.FairSharingExcludedResources);
        _quotas = new QuotaBook(_totals);
        _roles = new RoleTree(settings, _totals, _quotas);
        _agents = new AgentBook(_totals, _quotas);
        _filters = new FilterBook(settings);
        _members = new Memberships(_roles, _filters, _constraints);
        var cut = new QuotaCut(_totals, _quotas, random);
        _run = new AllocationRun(settings, random, _totals, _roles, _quotas, cut, _filters);
        _views = new AllocatorViews(settings, _totals, _roles, _quotas);
        _explainer = new Explainer(settings, _totals, _roles, cut, _members, _agents, _filters);
        _consistency = new Consistency(_totals, _roles, _quotas, _agents);
    }

    /// <summary>Agents await a run. The owner starts a short timer when this turns true, and then calls <see cref="Run"/>.</summary>
    public bool HasCandidates => _agents.Candidates.Count > 0 || _maintenance.HasWork;

    /// <summary>The <see cref="Now.Elapsed"/> at which <see cref="ExpireFilters"/> is to be called; null when nothing runs out.</summary>
    public TimeSpan? NextFilterExpiry =>
        Earlier(Earlier(_filters.NextExpiry, _maintenance.NextExpiry), _agents.NextRelief(_settings.WithheldInterval));

    /// <summary>
    /// Hands out what is available on the candidate agents, and charges it. Refusals whose time is up end first. The allocations
    /// of one framework stand together. The list is good until the next run, which uses it again.
    /// </summary>
    public IReadOnlyList<AgentAllocation> Run(Now now)
    {
        ExpireFilters(now);
        _filters.Runs++;
        var allocations = _run.Over(_agents, _members.Epoch, now);
        _maintenance.Run();
        while (_filters.TakeOverdue(now.Elapsed, out var member, out var agent))
        {
            Expired(member, agent);
        }

        return allocations;
    }

    /// <summary>The inverse offers that came of the last run; each is asked once until it is answered or forgotten.</summary>
    public IReadOnlyList<AgentInverseOffer> InverseOffers => _maintenance.Made;

    /// <summary>
    /// Ends the refusals whose time is up; their agents become candidates. A refusal outlives the next
    /// run after it was made, however short it is, so that others have their turn before the one who refused.
    /// </summary>
    public void ExpireFilters(Now now)
    {
        while (_filters.TakeExpired(now.Elapsed, out var member, out var agent))
        {
            Expired(member, agent);
        }

        foreach (var agent in _filters.TakeGivenUp(now.Elapsed))
        {
            agent.SettledAt = -1;
            _agents.AddCandidate(agent);
        }

        _maintenance.Expire(now.Elapsed);
        _agents.Relieve(now.Elapsed, _settings.WithheldInterval);
    }

    private void Expired(RoleMember member, AgentSlot agent)
    {
        _members.Touch(member);
        _agents.AddCandidate(agent);
    }

    private void Release(AgentSlot agent, RoleMember member, ResourceBag resources)
    {
        agent.Release(member, resources);
        var amounts = _totals.Added(agent.HeldBy(member), resources);
        _roles.Charge(member, amounts, _totals.ForQuota(resources, amounts), -1);
        _members.ForgetIfIdle(member);
    }

    private void Take(AgentSlot agent, RoleMember member, ResourceBag resources)
    {
        var amounts = _totals.Added(agent.HeldBy(member), resources);
        agent.Hold(member, resources, resources.Unallocate(), isOffer: false);
        _roles.Charge(member, amounts, _totals.ForQuota(resources, amounts), 1);
    }

    private static TimeSpan? Earlier(TimeSpan? left, TimeSpan? right) => left is null || right < left ? right : left;

    private static IReadOnlyList<string> RolesOf(ResourceBag resources)
    {
        var roles = resources.AllocationRoles();
        return resources.Count > 0 && roles.Count == 0 ? [RoleName.Default] : roles;
    }

    private static ResourceBag PartIn(ResourceBag resources, string role) =>
        resources.AllocationRole() == role || (resources.Traits & ResourceTraits.Allocated) == 0 ? resources : resources.AllocatedIn(role);
}
