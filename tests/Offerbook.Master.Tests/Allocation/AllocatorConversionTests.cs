using Offerbook.Master.Allocation;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tests.Allocation;

/// <summary>Operations turn resources into others, in what a framework holds or in what is free.</summary>
public sealed class AllocatorConversionTests
{
    private static readonly FrameworkId Framework = new("f1");
    private static readonly AgentId Agent = new("a1");

    private AllocatorWorld _world = null!;

    [SetUp]
    public void OneFrameworkHoldsOneAgent()
    {
        _world = new AllocatorWorld();
        _world.Framework("f1", FrameworkCapabilities.SharedResources, "web");
        _world.Agent("a1", "cpus:4;mem:1024;disk:100");
        Assert.That(_world.Run(), Is.EqualTo("f1/web@a1"));
    }

    [TearDown]
    public void BooksAreExact() => Assert.That(_world.Allocator.FindInconsistency(), Is.Null);

    [Test]
    [Category("case 99")]
    [Category("case 100")]
    [Category("case 107")]
    public void Reserve_AndUnreserve_OfHeldResources_LeaveSharesAndQuotaAsTheyWere()
    {
        var plain = ResourceBag.Parse("cpus:2").Allocate("web");
        var reserved = ResourceBag.Parse("cpus(web):2").Allocate("web");
        var consumed = _world.Allocator.ConsumedQuota("web");

        _world.Allocator.UpdateAllocation(Framework, Agent, plain, reserved);
        Assert.That(_world.Allocator.ConsumedQuota("web"), Is.EqualTo(consumed));
        Assert.That(_world.Allocator.ViewAgent(Agent)!.Total, Is.EqualTo(ResourceBag.Parse("cpus:2;cpus(web):2;mem:1024;disk:100")));
        Assert.That(_world.Share("web"), Is.EqualTo(1));

        _world.GiveBack("f1", "a1");
        Assert.That(_world.Allocator.ConsumedQuota("web").ToString(), Is.EqualTo("cpus:2"), "the reservation counts, used or not");
        Assert.That(_world.Run(), Is.EqualTo("f1/web@a1"));

        _world.Allocator.UpdateAllocation(Framework, Agent, reserved, plain);
        Assert.That(_world.Allocator.ViewAgent(Agent)!.Total, Is.EqualTo(ResourceBag.Parse("cpus:4;mem:1024;disk:100")));
        Assert.That(_world.Allocator.ConsumedQuota("web"), Is.EqualTo(consumed));
    }

    [Test]
    [Category("case 98")]
    [Category("case 107")]
    public void CreatedSharedVolume_InSeveralCopies_CountsOnce()
    {
        var disk = ResourceBag.Parse("disk:100").Allocate("web");
        var volume = Volume(shared: true).Allocate("web");
        _world.Allocator.UpdateAllocation(Framework, Agent, disk, volume);
        _world.Allocator.Charge(Framework, Agent, volume);

        Assert.That(_world.Allocator.ViewAgent(Agent)!.Total.Shared(), Is.EqualTo(Volume(shared: true)));
        Assert.That(_world.Allocator.ConsumedQuota("web")["disk"], Is.EqualTo(Scalar.FromUnits(100)));
        Assert.That(_world.Allocator.View().Roles.Single().Allocated["disk"], Is.EqualTo(Scalar.FromUnits(100)));

        _world.GiveBack("f1", "a1", volume);
        Assert.That(_world.Allocator.View().Roles.Single().Allocated["disk"], Is.EqualTo(Scalar.FromUnits(100)), "one copy is still held");
    }

    [Test]
    [Category("case 109")]
    public void UpdateAvailable_OfFreeResources_IsDoneAndOffered()
    {
        _world.GiveBack("f1", "a1", refuseSeconds: 3600);
        _world.Run();

        Assert.That(
            _world.Allocator.TryUpdateAvailable(Agent, ResourceBag.Parse("cpus:1;mem:64"), ResourceBag.Parse("cpus(web):1;mem(web):64")),
            Is.True);

        Assert.That(_world.Run(), Is.EqualTo("f1/web@a1"), "what was refused is not what it is now");
        Assert.That(_world.Held("f1", "a1").Reserved("web").Quantities.ToString(), Is.EqualTo("cpus:1; mem:64"));
    }

    [Test]
    [Category("case 110")]
    public void UpdateAvailable_OfOfferedResources_IsNotDone()
    {
        Assert.That(_world.Allocator.TryUpdateAvailable(Agent, ResourceBag.Parse("cpus:1"), ResourceBag.Parse("cpus(web):1")), Is.False);
        Assert.That(_world.Allocator.TryUpdateAvailable(new AgentId("unknown"), ResourceBag.Empty, ResourceBag.Empty), Is.False);
        Assert.That(_world.Allocator.ViewAgent(Agent)!.Total, Is.EqualTo(ResourceBag.Parse("cpus:4;mem:1024;disk:100")));
    }

    [Test]
    public void UpdateAvailable_OfASharedVolumeInUse_IsNotDone()
    {
        _world.Allocator.UpdateAllocation(Framework, Agent, ResourceBag.Parse("disk:100").Allocate("web"),
            Volume(shared: true).Allocate("web"));
        Assert.That(_world.Available("a1"), Is.EqualTo(Volume(shared: true)), "it may be offered");

        Assert.That(_world.Allocator.TryUpdateAvailable(Agent, Volume(shared: true), ResourceBag.Parse("disk(web):100")), Is.False);

        _world.GiveBack("f1", "a1");
        Assert.That(_world.Allocator.TryUpdateAvailable(Agent, Volume(shared: true), ResourceBag.Parse("disk(web):100")), Is.True);
    }

    [Test]
    [Category("case 146")]
    [Category("case 108")]
    public void SharedVolume_WithRoomForSeveral_GoesToOneFrameworkARun()
    {
        _world.Allocator.UpdateAllocation(Framework, Agent, ResourceBag.Parse("disk:100").Allocate("web"),
            Volume(shared: true).Allocate("web"));
        _world.GiveBack("f1", "a1", ResourceBag.Parse("cpus:4;mem:1024").Allocate("web"), refuseSeconds: 3600);
        _world.Framework("f2", FrameworkCapabilities.None, "web");
        _world.Framework("f3", FrameworkCapabilities.SharedResources, "web");

        var first = _world.RunAndList().ToList();
        Assert.That(first.Count(a => !a.Resources.Shared().IsEmpty), Is.LessThanOrEqualTo(1));
        _world.GiveBack(first[0].Framework.Value, "a1", first[0].Resources, refuseSeconds: 3600);
        var second = _world.RunAndList().ToList();
        var withVolume = first.Concat(second).Where(a => !a.Resources.Shared().IsEmpty).Select(a => a.Framework.Value);
        Assert.That(withVolume, Does.Contain("f3").And.Not.Contain("f2"));
    }

    private static ResourceBag Volume(bool shared) => ResourceBag.Of(new ResourceEntry(
        new ResourceKind("disk", new ReservationStack(new Reservation(ReservationType.Dynamic, "web")),
            disk: new DiskDescription(persistenceId: "v"), shared: shared),
        Scalar.FromUnits(100)));
}
