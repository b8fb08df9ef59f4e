using Offerbook.Master.Allocation;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tests.Allocation;

/// <summary>Every reason why an agent is not offered, with its numbers; and the whitelist and constraints that are among them.</summary>
internal sealed class AllocatorWhyTests : AllocatorTests
{
    [Test]
    public void Agent_WithNothingInTheWay_IsToBeOfferedInTurn()
    {
        World.Framework("f1", "web");
        World.Framework("f2", "ops");
        World.Agent("a1", "cpus:4;mem:1024");
        World.RunAndList();
        World.Agent("a2", "cpus:1;mem:64");

        var holder = World.Held("f1", "a1").IsEmpty ? ("f2", "ops") : ("f1", "web");
        Assert.That(Why(holder.Item1, holder.Item2, "a2"),
            Is.EqualTo(new[] { new Obstacle.NotItsTurn(ResourceBag.Parse("cpus:1;mem:64"), 1, 0) }));
    }

    [Test]
    public void Agent_InUse_SaysByWhomAndHow()
    {
        World.Framework("f1", "web");
        World.Framework("f2", "ops");
        World.Allocator.Suppress(new FrameworkId("f2"), []);
        World.Agent("a1", "cpus:4;mem:1024");
        var offer = World.RunAndList().Single();
        var four = ResourceQuantities.Of(("cpus", 4), ("mem", 1024));

        var page = World.Allocator.Why(new FrameworkId("f2"), "ops", 0, 10);
        Assert.That(page.General, Is.EqualTo(new[] { new Obstacle.RoleSuppressed() }));
        Assert.That(page.Agents.Single().Obstacles[0], Is.EqualTo(new Obstacle.HeldBy(new("f1"), "web", ResourceQuantities.Empty, four)));
        Assert.That(page.Agents.Single().Obstacles[1], Is.TypeOf<Obstacle.TooSmall>());

        World.Allocator.OfferEnded(offer.Framework, offer.Agent, offer.Resources, TimeSpan.Zero);
        Assert.That(Why("f2", "ops", "a1")[0], Is.EqualTo(new Obstacle.HeldBy(new("f1"), "web", four, ResourceQuantities.Empty)),
            "it was accepted");
    }

    [Test]
    public void Agent_Refused_SaysUntilWhen()
    {
        World.Framework("f1", "web");
        World.Agent("a1", "cpus:4;mem:1024");
        World.Run();
        World.Decline("f1", "a1", 60);
        World.Run();

        Assert.That(Why("f1", "web", "a1"),
            Is.EqualTo(new[] { new Obstacle.Refused(ResourceBag.Parse("cpus:4;mem:1024"), TimeSpan.FromSeconds(60)) }));
    }

    [Test]
    public void Agent_KeptByQuotas_SaysHowMuch()
    {
        World.Framework("f1", "web");
        World.Quota("web", limits: "cpus:0;mem:0");
        World.Quota("absent", "cpus:3;mem:64");
        World.Agent("a1", "cpus:4;mem:1024");
        Assert.That(World.Run(), Is.Empty);

        Assert.That(Why("f1", "web", "a1"), Is.EqualTo(new Obstacle[]
        {
            new Obstacle.QuotaLimit("web", "cpus", Scalar.Zero, Scalar.Zero, Scalar.FromUnits(4)),
            new Obstacle.Headroom("cpus", Scalar.FromUnits(3), Scalar.FromUnits(4), Scalar.FromUnits(4)),
            new Obstacle.QuotaLimit("web", "mem", Scalar.Zero, Scalar.Zero, Scalar.FromUnits(1024)),
            new Obstacle.Headroom("mem", Scalar.FromUnits(64), Scalar.FromUnits(1024), Scalar.FromUnits(1024)),
            new Obstacle.TooSmall(ResourceQuantities.Empty, new AllocatorSettings().MinAllocatable),
        }).Using<Obstacle>((left, right) => left is Obstacle.TooSmall ? right is Obstacle.TooSmall : left == right));
    }

    [Test]
    public void Agent_NotForIt_SaysAllThatIsWrong()
    {
        World.Framework("f1", FrameworkCapabilities.MultiRole, "web/shop");
        World.Allocator.AddAgent(new AgentId("a1"),
            new AllocatorAgent(AgentCapabilities.None) { IsInRemoteRegion = true, Facts = new("h1", "r", "z", []) },
            ResourceBag.Parse("cpus(ops):4;mem(ops):1024;gpus:1"), new Dictionary<FrameworkId, ResourceBag>());
        World.Allocator.DeactivateAgent(new AgentId("a1"));
        World.Allocator.SetWhitelist(["h2"]);

        var obstacles = Why("f1", "web/shop", "a1");

        Assert.That(obstacles, Does.Contain(new Obstacle.AgentInactive()));
        Assert.That(obstacles, Does.Contain(new Obstacle.NotWhitelisted("h1")));
        Assert.That(obstacles, Does.Contain(new Obstacle.AgentIncapable(AgentCapabilities.MultiRole | AgentCapabilities.HierarchicalRole)));
        Assert.That(obstacles,
            Does.Contain(new Obstacle.FrameworkIncapable(FrameworkCapabilities.GpuResources | FrameworkCapabilities.RegionAware)));
        Assert.That(obstacles, Does.Contain(new Obstacle.ReservedTo("ops", ResourceQuantities.Of(("cpus", 4), ("mem", 1024)))));
        Assert.That(obstacles.OfType<Obstacle.TooSmall>(), Is.Not.Empty);
    }

    [Test]
    public void Strangers_AndAgentsByThePage_AreTold()
    {
        for (var i = 0; i < 7; i++)
        {
            World.Agent($"a{i}", "cpus:4;mem:1024");
        }

        Assert.That(World.Allocator.Why(new FrameworkId("nobody"), "web", 0, 3).General,
            Is.EqualTo(new[] { new Obstacle.NotSubscribed() }));
        var agents = new List<string>();
        int? from = 0;
        while (from is { } next)
        {
            var page = World.Allocator.Why(null, "web", next, 3);
            Assert.That(page.AgentsInCluster, Is.EqualTo(7));
            agents.AddRange(page.Agents.Select(agent => agent.Agent.Value));
            from = page.Next;
        }

        Assert.That(agents, Is.EqualTo(Enumerable.Range(0, 7).Select(i => $"a{i}")));
    }

    [Test]
    [Category("case 118")]
    public void Whitelist_ChangedWhileRunning_IsObeyedAtOnce()
    {
        World.Allocator.SetWhitelist(["h1"]);
        World.Framework("f1", "web");
        Agent("a1", "h1");
        Agent("a2", "h2");
        Assert.That(World.Run(), Is.EqualTo("f1/web@a1"));

        World.Allocator.SetWhitelist(["h2"]);
        Assert.That(World.Run(), Is.EqualTo("f1/web@a2"));
        World.GiveBack("f1", "a1");
        Assert.That(World.Run(), Is.Empty);
        World.Allocator.SetWhitelist(null);
        Assert.That(World.Run(), Is.EqualTo("f1/web@a1"));
        Assert.That(World.Allocator.FindInconsistency(), Is.Null);
    }

    [Test]
    [Category("case 166")]
    public void Region_OtherThanTheMasters_NeedsRegionAware()
    {
        World = new AllocatorWorld(new AllocatorSettings { MasterRegion = "eu" });
        World.Framework("f1", "web");
        Agent("a1", "h1", region: "us");
        Agent("a2", "h2", region: "eu");
        Agent("a3", "h3", region: null);

        Assert.That(World.Run(), Is.EqualTo("f1/web@a2 f1/web@a3"));
    }

    [Test]
    public void Constraint_IsAskedOnceForEachAgentUntilEitherChanges()
    {
        var constraint = new OnHost("h1");
        Subscribe(constraint);
        Agent("a1", "h1");
        Agent("a2", "h2");
        Assert.That(World.Run(), Is.EqualTo("f1/web@a1"));
        Assert.That(Why("f1", "web", "a2"), Is.EqualTo(new Obstacle[] { new Obstacle.Constraint() }));
        var asked = constraint.Asked;
        World.GiveBack("f1", "a1");
        World.Allocator.UpdateAgentTotal(new AgentId("a2"), ResourceBag.Parse("cpus:8;mem:64"));
        Assert.That(World.Run(), Is.EqualTo("f1/web@a1"));
        Assert.That(constraint.Asked, Is.EqualTo(asked));

        World.Allocator.UpdateAgent(new AgentId("a2"), Facts("h1"), attributesChanged: false);
        Assert.That(World.Run(), Is.EqualTo("f1/web@a2"));

        World.GiveBack("f1", "a1");
        World.GiveBack("f1", "a2");
        World.Allocator.UpdateFramework(new FrameworkId("f1"), WithConstraint(new OnHost("h3")));
        Assert.That(World.Run(), Is.Empty);
        Agent("a3", "h3");
        Assert.That(World.Run(), Is.EqualTo("f1/web@a3"));
    }

    private void Subscribe(IAgentConstraint constraint) => World.Allocator.AddFramework(new FrameworkId("f1"), WithConstraint(constraint));

    private static AllocatorFramework WithConstraint(IAgentConstraint constraint) =>
        new(["web"], [], FrameworkCapabilities.None) { Constraints = new Dictionary<string, IAgentConstraint> { ["web"] = constraint } };

    private void Agent(string id, string hostname, string? region = null) => World.Allocator.AddAgent(
        new AgentId(id), Facts(hostname, region), ResourceBag.Parse("cpus:4;mem:64"), new Dictionary<FrameworkId, ResourceBag>());

    private static AllocatorAgent Facts(string hostname, string? region = null) =>
        new(AllocatorWorld.ModernAgent) { Facts = new(hostname, region, null, []) };

    private IReadOnlyList<Obstacle> Why(string framework, string role, string agent) =>
        World.Allocator.Why(new FrameworkId(framework), role, 0, 10).Agents.Single(told => told.Agent.Value == agent).Obstacles;

    private sealed class OnHost(string hostname) : IAgentConstraint
    {
        public int Asked { get; private set; }

        public bool Allows(AgentFacts agent)
        {
            Asked++;
            return agent.Hostname == hostname;
        }
    }
}
