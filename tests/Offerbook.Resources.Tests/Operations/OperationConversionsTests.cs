using Mesos.V1;

namespace Offerbook.Resources.Tests.Operations;

public sealed class OperationConversionsTests
{
    private static readonly ResourceBag Agent = ResourceBag.Parse("cpus:4;mem:4096;disk:1000;ports:[31000-31009]");

    [Test]
    public void Reserve_OfUnreserved_MovesTheAmountToTheReservation()
    {
        var result = Agent.Apply(Ops.Reserve(Ops.Scalar("cpus", 1, "web"), Ops.Scalar("disk", 64, "web")));

        Assert.That(result.Problem, Is.Null);
        Assert.That(result.Bag, Is.EqualTo(ResourceBag.Parse("cpus:3;mem:4096;disk:936;ports:[31000-31009]")
            + Ops.Bag(Ops.Scalar("cpus", 1, "web"), Ops.Scalar("disk", 64, "web"))));
    }

    [Test, Category("case 185")]
    public void Reserve_TwiceInFractions_AddsUpExactly()
    {
        var bag = ResourceBag.Parse("cpus:0.3");
        bag = bag.Apply(Ops.Reserve(Ops.Scalar("cpus", 0.1, "web"))).Bag;
        bag = bag.Apply(Ops.Reserve(Ops.Scalar("cpus", 0.2, "web"))).Bag;

        Assert.That(bag, Is.EqualTo(Ops.Bag(Ops.Scalar("cpus", 0.3, "web"))));
    }

    [Test, Category("case 185")]
    public void Reserve_MoreThanThereIs_SaysWhatIsMissing()
    {
        var result = Agent.Apply(Ops.Reserve(Ops.Scalar("cpus", 5, "web")));

        Assert.That(result.Problem, Is.EqualTo("cpus:4; mem:4096; disk:1000; ports:[31000-31009] does not contain cpus:5"));
        Assert.That(result.Bag, Is.SameAs(Agent));
    }

    [Test]
    public void Reserve_ForAChildRole_RefinesTheReservationBelow()
    {
        var refined = Ops.Scalar("cpus", 1, "web");
        refined.Reservations.Add(new Resource.Types.ReservationInfo
        {
            Type = Resource.Types.ReservationInfo.Types.Type.Dynamic, Role = "web/shop",
        });
        var reserved = Agent.Apply(Ops.Reserve(Ops.Scalar("cpus", 2, "web"))).Bag;

        var result = reserved.Apply(Ops.Reserve(refined)).Bag;

        Assert.That(result.Reserved("web/shop").ScalarOf("cpus"), Is.EqualTo(new Scalar(1000)));
        Assert.That(result.Reserved("web").ScalarOf("cpus"), Is.EqualTo(new Scalar(1000)));
        Assert.That(result.Apply(Ops.Unreserve(refined)).Bag, Is.EqualTo(reserved));
    }

    [Test, Category("case 173")]
    public void Reserve_WithSource_ReplacesTheReservation()
    {
        var update = Ops.Reserve(Ops.Scalar("cpus", 1, "db", "bob"));
        update.Reserve.Source.Add(Ops.Scalar("cpus", 1, "web"));
        var reserved = Agent.Apply(Ops.Reserve(Ops.Scalar("cpus", 1, "web"))).Bag;

        Assert.That(reserved.Apply(update).Bag.Reserved(), Is.EqualTo(Ops.Bag(Ops.Scalar("cpus", 1, "db", "bob"))));
    }

    [Test]
    public void Volume_CreatedAndDestroyed_LeavesTheDiskItWasMadeOf()
    {
        var reserved = Agent.Apply(Ops.Reserve(Ops.Scalar("disk", 64, "web"))).Bag;
        var created = reserved.Apply(Ops.Create(Ops.Volume(64, "v1"))).Bag;

        Assert.That(created.PersistentVolumes(), Has.Count.EqualTo(1));
        Assert.That(created.Apply(Ops.Destroy(Ops.Volume(64, "v1"))).Bag, Is.EqualTo(reserved));
    }

    [Test]
    public void Volume_OnAMount_KeepsItsSource()
    {
        var mount = Ops.Scalar("disk", 500, "web").On(Ops.Mount("/mnt/a"));
        var bag = Ops.Bag(mount);
        var created = bag.Apply(Ops.Create(Ops.Volume(500, "v1").On(Ops.Mount("/mnt/a"))));

        Assert.That(created.Problem, Is.Null);
        Assert.That(created.Bag.Apply(Ops.Destroy(Ops.Volume(500, "v1").On(Ops.Mount("/mnt/a")))).Bag, Is.EqualTo(bag));
        Assert.That(bag.Apply(Ops.Create(Ops.Volume(100, "v1").On(Ops.Mount("/mnt/a")))).IsApplied, Is.False, "a mount is taken whole");
    }

    [Test]
    public void SharedVolume_WithAnotherCopyOut_CannotBeDestroyed()
    {
        var bag = Ops.Bag(Ops.Volume(64, "s", shared: true), Ops.Volume(64, "s", shared: true));

        Assert.That(bag.Apply(Ops.Destroy(Ops.Volume(64, "s", shared: true))).Problem,
            Does.Contain("cannot be removed due to additional shared copies"));
    }

    [Test]
    public void Volume_GrownAndShrunk_IsWhatItWas()
    {
        var bag = Ops.Bag(Ops.Volume(64, "v1"), Ops.Scalar("disk", 36, "web"));
        var grown = bag.Apply(Ops.Grow(Ops.Volume(64, "v1"), Ops.Scalar("disk", 30, "web")));

        Assert.That(grown.Bag, Is.EqualTo(Ops.Bag(Ops.Volume(94, "v1"), Ops.Scalar("disk", 6, "web"))));
        Assert.That(grown.Bag.Apply(Ops.Shrink(Ops.Volume(94, "v1"), 30)).Bag, Is.EqualTo(bag));
    }

    [Test]
    public void Checkpointed_OverAnotherConfiguration_IsRefusedUnlessItFits()
    {
        var total = Agent.Apply(Ops.Reserve(Ops.Scalar("disk", 64, "web"))).Bag.Apply(Ops.Create(Ops.Volume(64, "v1"))).Bag;
        var made = total.Checkpointed();

        Assert.That(made, Is.EqualTo(Ops.Bag(Ops.Volume(64, "v1"))));
        Assert.That(Agent.WithCheckpointed(made).Bag, Is.EqualTo(total));
        Assert.That(ResourceBag.Parse("cpus:8;disk:2000").WithCheckpointed(made).IsApplied);
        Assert.That(ResourceBag.Parse("cpus:4;disk:63").WithCheckpointed(made).Problem,
            Is.EqualTo("Incompatible agent resources: cpus:4; disk:63 does not contain disk:64"));
    }
}
