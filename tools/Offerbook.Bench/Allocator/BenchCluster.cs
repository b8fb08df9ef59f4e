using Offerbook.Actors;
using Offerbook.Master.Allocation;
using Offerbook.Resources;
using Offerbook.Wire.Identity;
using MasterAllocator = Offerbook.Master.Allocation.Allocator;

namespace Offerbook.Bench.Allocator;

/// <summary>An allocator with agents and frameworks, and who was offered what.</summary>
internal sealed class BenchCluster
{
    private static readonly TimeSpan LongRefusal = TimeSpan.FromHours(1);

    private readonly MasterAllocator _allocator;
    private readonly List<FrameworkId> _frameworks = [];
    private readonly List<AgentId> _agents = [];
    private readonly List<AgentAllocation> _held = [];
    private Now _now = new(TimeSpan.Zero, DateTimeOffset.UnixEpoch);
    private int _next;

    /// <param name="quota">Every second role has a limit that it does not reach, every fourth a guarantee of which half is not met by
    /// then.</param>
    /// <param name="distinct">No two agents have the same memory; otherwise there are 35 makes of them.</param>
    public BenchCluster(int agents, int frameworks, int roles, bool quota, bool distinct, int seed)
    {
        _allocator = new MasterAllocator(new AllocatorSettings { MaxFilters = int.MaxValue }, new SeededRandom((ulong)seed));
        for (var i = 0; i < frameworks; i++)
        {
            var id = new FrameworkId($"framework-{i:00000}");
            _frameworks.Add(id);
            _allocator.AddFramework(id, new AllocatorFramework([$"role-{i % roles:000}"], [], FrameworkCapabilities.MultiRole));
        }

        var capabilities = new AllocatorAgent(AgentCapabilities.MultiRole | AgentCapabilities.HierarchicalRole);
        for (var i = 0; i < agents; i++)
        {
            var id = new AgentId($"agent-{i:00000}");
            _agents.Add(id);
            var total = ResourceBag.Parse(
                $"cpus:{16 + (i % 5 * 16)};mem:{65536 + (i % 7 * 4096) + (distinct ? i / 1000.0 : 0)};disk:500000;ports:[31000-32000]");
            _allocator.AddAgent(id, capabilities, total, new Dictionary<FrameworkId, ResourceBag>());
        }

        if (quota)
        {
            var fair = 48.0 * agents / roles;
            for (var i = 0; i < roles; i++)
            {
                var guarantees = i % 4 == 0
                    ? ResourceQuantities.Of(("cpus", fair / 2), ("mem", 1024 * fair / 2)) : ResourceQuantities.Empty;
                var limits = i % 2 == 0 ? QuantityLimits.Of(("cpus", fair * 2), ("mem", 2048 * fair * 2)) : QuantityLimits.None;
                _allocator.UpdateQuota($"role-{i:000}", new RoleQuota(guarantees, limits));
            }
        }
    }

    public int Offers => _held.Count;

    public int Filters => _allocator.View().Filters;

    public int Agents => _agents.Count;

    public void Run() => _held.AddRange(_allocator.Run(_now));

    /// <summary>Lets all offers end without a refusal.</summary>
    public void GiveBackAll() => GiveBackAll(null);

    /// <summary>Every offer is declined for an hour.</summary>
    public void DeclineAll() => GiveBackAll(LongRefusal);

    /// <summary>What follows the return of one agent's resources, all of it.</summary>
    public void GiveBackOneAndRun()
    {
        var at = _next++ % _held.Count;
        var given = _held[at];
        End(given, null);
        _held[at] = _allocator.Run(_now)[0];
    }

    /// <summary>The same of an agent that was declined by all of them: nobody gets it.</summary>
    public void TouchOneAndRun()
    {
        Touch(_agents[_next++ % _agents.Count]);
        _held.AddRange(_allocator.Run(_now));
    }

    /// <summary>
    /// Something small comes back on every agent: it is not more than what was declined, but everybody has to be asked again.
    /// </summary>
    public void TouchAll()
    {
        foreach (var agent in _agents)
        {
            Touch(agent);
        }
    }

    /// <summary>All agents are candidates again though nothing changed on them: their activity is checked.</summary>
    public void MakeAllCandidates()
    {
        foreach (var agent in _agents)
        {
            _allocator.DeactivateAgent(agent);
            _allocator.ActivateAgent(agent);
        }
    }

    public void ReviveOne() => _allocator.Revive(_frameworks[_next++ % _frameworks.Count], []);

    public void SuppressAll()
    {
        foreach (var framework in _frameworks)
        {
            _allocator.Suppress(framework, []);
        }
    }

    /// <summary>Everything is free and nobody wants it, until one framework does.</summary>
    public void ReviveOneAlone()
    {
        GiveBackAll();
        SuppressAll();
        _allocator.Run(_now);
        ReviveOne();
    }

    private void Touch(AgentId agent)
    {
        var crumb = ResourceBag.Parse("cpus:0.001").Allocate("role-000");
        _allocator.Charge(_frameworks[0], agent, crumb);
        _allocator.Recover(_frameworks[0], agent, crumb, null, _now);
    }

    private void GiveBackAll(TimeSpan? refuse)
    {
        foreach (var given in _held)
        {
            End(given, refuse);
        }

        _held.Clear();
        _now = new Now(_now.Elapsed + TimeSpan.FromMilliseconds(1), _now.Wall);
    }

    private void End(in AgentAllocation given, TimeSpan? refuse)
    {
        _allocator.OfferEnded(given.Framework, given.Agent, given.Resources, _now.Elapsed);
        _allocator.Recover(given.Framework, given.Agent, given.Resources, refuse, _now);
    }
}
