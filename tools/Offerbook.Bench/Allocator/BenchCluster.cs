using Offerbook.Actors;
using Offerbook.Master.Allocation;
using Offerbook.Resources;
using Offerbook.Wire.Identity;
using MasterAllocator = Offerbook.Master.Allocation.Allocator;

namespace Offerbook.Bench.Allocator;

/// <summary>An allocator with agents and frameworks, and who holds what.</summary>
internal sealed class BenchCluster
{
    private static readonly Now Start = new(TimeSpan.Zero, DateTimeOffset.UnixEpoch);

    private readonly MasterAllocator _allocator;
    private readonly List<FrameworkId> _frameworks = [];
    private readonly List<AgentAllocation> _held = [];
    private int _next;

    public BenchCluster(int agents, int frameworks, int roles, int seed)
    {
        _allocator = new MasterAllocator(new AllocatorSettings(), new SeededRandom((ulong)seed));
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
            Agents.Add(id);
            var total = ResourceBag.Parse($"cpus:{16 + (i % 5 * 16)};mem:{65536 + (i % 7 * 4096)};disk:500000;ports:[31000-32000]");
            _allocator.AddAgent(id, capabilities, total, new Dictionary<FrameworkId, ResourceBag>());
        }
    }

    public List<AgentId> Agents { get; } = [];

    public void Run() => _held.AddRange(_allocator.Run(Start));

    public void GiveBackAll() => GiveBackAll(null);

    public void DeclineAll() => GiveBackAll(TimeSpan.FromHours(1));

    /// <summary>What follows the return of one agent's resources, all of it.</summary>
    public void GiveBackOneAndRun()
    {
        var at = _next++ % _held.Count;
        var given = _held[at];
        _allocator.Recover(given.Framework, given.Agent, given.Resources, null, Start);
        _held[at] = _allocator.Run(Start)[0];
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
        _allocator.Run(Start);
        ReviveOne();
    }

    private void GiveBackAll(TimeSpan? refuse)
    {
        foreach (var given in _held)
        {
            _allocator.Recover(given.Framework, given.Agent, given.Resources, refuse, Start);
        }

        _held.Clear();
    }
}
