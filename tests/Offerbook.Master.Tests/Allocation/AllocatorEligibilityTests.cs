using Offerbook.Master.Allocation;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tests.Allocation;

/// <summary>Who may be offered what at all: capabilities, reservations, minimums.</summary>
public sealed class AllocatorEligibilityTests
{
    private static readonly Dictionary<FrameworkId, ResourceBag> Nothing = [];

    [Test]
    public void GpuAgent_IsKeptForFrameworksWithGpuResources()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Framework("f2", FrameworkCapabilities.GpuResources, "web");
        world.Agent("a1", "cpus:4;mem:1024;gpus:1");

        Assert.That(world.Run(), Is.EqualTo("f2/web@a1"), "f1 is first by name, but must not have it");
    }

    [Test]
    public void GpuAgent_WithTheFilterOff_IsForAll()
    {
        var world = new AllocatorWorld(new AllocatorSettings { FilterGpuResources = false });
        world.Framework("f1", "web");
        world.Agent("a1", "cpus:4;mem:1024;gpus:1");

        Assert.That(world.Run(), Is.EqualTo("f1/web@a1"));
    }

    [Test]
    public void RemoteAgent_IsForRegionAwareFrameworksOnly()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Framework("f2", FrameworkCapabilities.RegionAware, "web");
        world.Allocator.AddAgent(
            new AgentId("a1"), new AllocatorAgent(AllocatorWorld.ModernAgent) { IsInRemoteRegion = true },
            ResourceBag.Parse("cpus:1;mem:64"), Nothing);

        Assert.That(world.Run(), Is.EqualTo("f2/web@a1"));
    }

    [Test]
    public void OldAgent_IsNotForMultiRoleFrameworksNorHierarchicalRoles()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", FrameworkCapabilities.MultiRole, "web");
        world.Framework("f2", "web/shop");
        world.Agent("a1", "cpus:4;mem:1024", AgentCapabilities.None);
        Assert.That(world.Run(), Is.Empty);

        world.Framework("f3", "web");
        Assert.That(world.Run(), Is.EqualTo("f3/web@a1"));

        world.Agent("a2", "cpus:4;mem:1024", AgentCapabilities.HierarchicalRole);
        Assert.That(world.Run(), Is.EqualTo("f2/web/shop@a2"));
    }

    [Test]
    public void Reserved_IsForItsRoleAndThoseBelow()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "a/b");
        world.Framework("f2", "c");
        world.Agent("a1", "cpus(a):2;mem(a):64;cpus(c):1;mem(c):32;cpus(x):8;mem(x):512");

        var allocations = world.RunAndList();

        Assert.That(allocations.Single(a => a.Framework.Value == "f1").Resources,
            Is.EqualTo(ResourceBag.Parse("cpus(a):2;mem(a):64").Allocate("a/b")));
        Assert.That(allocations.Single(a => a.Framework.Value == "f2").Resources,
            Is.EqualTo(ResourceBag.Parse("cpus(c):1;mem(c):32").Allocate("c")));
        Assert.That(world.Available("a1"), Is.EqualTo(ResourceBag.Parse("cpus(x):8;mem(x):512")));
    }

    [Test]
    public void Revocable_IsLeftForFrameworksThatTakeIt()
    {
        var revocable = ResourceBag.Of(new ResourceEntry(new ResourceKind("cpus", revocable: true), Scalar.FromUnits(2)));
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Framework("f2", FrameworkCapabilities.RevocableResources, "web");
        world.Agent("a1", ResourceBag.Parse("cpus:4;mem:64") + revocable);

        var allocations = world.RunAndList();

        Assert.That(allocations.Single(a => a.Framework.Value == "f1").Resources,
            Is.EqualTo(ResourceBag.Parse("cpus:4;mem:64").Allocate("web")));
        Assert.That(allocations.Single(a => a.Framework.Value == "f2").Resources, Is.EqualTo(revocable.Allocate("web")));
    }

    [Test]
    public void Refined_IsForFrameworksWithReservationRefinement()
    {
        var refined = ResourceBag.Of(new ResourceEntry(
            new ResourceKind("cpus",
                new ReservationStack(new Reservation(ReservationType.Static, "a"), new Reservation(ReservationType.Dynamic, "a/b"))),
            Scalar.FromUnits(2)));
        var world = new AllocatorWorld();
        world.Framework("f1", "a/b");
        world.Framework("f2", FrameworkCapabilities.ReservationRefinement, "a/b");
        world.Agent("a1", refined);

        Assert.That(world.Run(), Is.EqualTo("f2/a/b@a1"));
    }

    [Test]
    public void SharedVolume_InUse_IsOfferedToOneFrameworkACycleAndChargedOnce()
    {
        var volume = ResourceBag.Of(new ResourceEntry(
            new ResourceKind("disk", new ReservationStack(new Reservation(ReservationType.Dynamic, "web")),
                disk: new DiskDescription(persistenceId: "v"), shared: true),
            Scalar.FromUnits(64)));
        var world = new AllocatorWorld();
        world.Framework("f1", FrameworkCapabilities.SharedResources, "web");
        world.Agent("a1", ResourceBag.Parse("cpus:2;mem:128") + volume);
        Assert.That(world.RunAndList().Single().Resources, Is.EqualTo((ResourceBag.Parse("cpus:2;mem:128") + volume).Allocate("web")));

        world.GiveBack("f1", "a1", ResourceBag.Parse("cpus:1;mem:64").Allocate("web"));
        Assert.That(world.RunAndList().Single().Resources, Is.EqualTo((ResourceBag.Parse("cpus:1;mem:64") + volume).Allocate("web")));

        var web = world.Allocator.View().Roles.Single();
        Assert.That(web.Allocated["disk"], Is.EqualTo(Scalar.FromUnits(64)), "two copies are out, one volume is used");
        world.GiveBack("f1", "a1");
        Assert.That(world.Allocator.View().Roles.Single().Allocated.IsEmpty, Is.True);
    }

    [TestCase("cpus:0.009;mem:31.999", false)]
    [TestCase("cpus:0.01", true)]
    [TestCase("mem:32", true)]
    [TestCase("disk:1000000;ports:[1-9]", false)]
    public void Agent_WithLessThanTheMinimum_IsNotOffered(string total, bool offered)
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Agent("a1", total);

        Assert.That(world.Run() != "", Is.EqualTo(offered));
    }

    [Test]
    public void Framework_WithAMinimumOfItsOwn_GoesByIt()
    {
        var world = new AllocatorWorld();
        world.Allocator.AddFramework(new FrameworkId("f1"), Minimum("web", [ResourceQuantities.Of(("disk", 100))]));
        world.Agent("a1", "cpus:4;mem:1024;disk:99");
        Assert.That(world.Run(), Is.Empty);

        world.Agent("a2", "disk:100");
        Assert.That(world.Run(), Is.EqualTo("f1/web@a2"));

        world.Allocator.UpdateFramework(new FrameworkId("f1"), Minimum("web", []));
        world.Agent("a3", "ports:[1-1]");
        Assert.That(world.Run(), Is.EqualTo("f1/web@a1 f1/web@a3"), "an empty list takes anything");
    }

    [Test]
    public void IncapableFramework_InFront_DoesNotEndTheLoopForOthers()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "a");
        world.Framework("f2", FrameworkCapabilities.GpuResources, "b");
        world.Agent("a1", "cpus:1;mem:64;gpus:1");
        world.Agent("a2", "cpus:1;mem:64;gpus:1");

        Assert.That(world.Run(), Is.EqualTo("f2/b@a1 f2/b@a2"));
    }

    private static AllocatorFramework Minimum(string role, IReadOnlyList<ResourceQuantities> sets) =>
        new([role], [],
            FrameworkCapabilities.None) { MinAllocatable = new Dictionary<string, IReadOnlyList<ResourceQuantities>> { [role] = sets } };
}
