using static Offerbook.Resources.Tests.Bags;

namespace Offerbook.Resources.Tests;

public sealed class ResourceBagTests
{
    [Test]
    public void Add_OfOneKind_Merges() =>
        Assert.That((Bag("cpus:1;ports:[1-5]") + Bag("cpus:0.5;ports:[6-9]")).ToString(), Is.EqualTo("cpus:1.5; ports:[1-9]"));

    [Test]
    public void Add_WithAnotherReservation_KeepsApart()
    {
        var both = ResourceBag.Of(Entry(new("cpus", Dynamic("web", "alice")), 1), Entry(new("cpus", Dynamic("web", "bob")), 1));

        Assert.That(both.Count, Is.EqualTo(2));
        Assert.That(both.ScalarOf("cpus"), Is.EqualTo(Scalar.FromUnits(2)));
    }

    [Test]
    public void Add_WithLabelsInAnotherOrder_Merges()
    {
        static ResourceKind Kind(params ReadOnlySpan<(string, string?)> labels) =>
            new("cpus", new ReservationStack(new Reservation(ReservationType.Dynamic, "web", null, new LabelSet(labels))));

        var sum = ResourceBag.Of(Entry(Kind(("a", "1"), ("b", null)), 1), Entry(Kind(("b", null), ("a", "1")), 1));

        Assert.That(sum.Count, Is.EqualTo(1));
    }

    [Test]
    public void Add_OfExclusiveDisks_NeverMerges(
        [Values(DiskSourceType.Mount, DiskSourceType.Block, DiskSourceType.Raw)] DiskSourceType type)
    {
        var disk = Entry(Disk(type, id: "d"), 10);

        Assert.That(ResourceBag.Of(disk, disk).Count, Is.EqualTo(2));
    }

    [Test]
    public void Add_OfPathAndUnnamedRawDisks_Merges()
    {
        Assert.That(ResourceBag.Of(Entry(Disk(DiskSourceType.Path, "/a"), 1), Entry(Disk(DiskSourceType.Path, "/a"), 1)).Count,
            Is.EqualTo(1));
        Assert.That(ResourceBag.Of(Entry(Disk(DiskSourceType.Raw), 1), Entry(Disk(DiskSourceType.Raw), 1)).Count, Is.EqualTo(1));
    }

    [Test]
    public void Subtract_PartOfAMount_TakesNothing()
    {
        var mount = ResourceBag.Of(Entry(Disk(DiskSourceType.Mount, "/m"), 10));

        Assert.That(mount - ResourceBag.Of(Entry(Disk(DiskSourceType.Mount, "/m"), 4)), Is.EqualTo(mount));
        Assert.That(mount.Contains(ResourceBag.Of(Entry(Disk(DiskSourceType.Mount, "/m"), 4))), Is.False);
    }

    [Test]
    public void Add_OfSharedVolume_CountsCopies()
    {
        var one = ResourceBag.Of(Entry(Volume("v", shared: true), 64));
        var two = one + one;

        Assert.That(two.Count, Is.EqualTo(1));
        Assert.That(two[0].Count, Is.EqualTo(2));
        Assert.That(two.Contains(two), Is.True);
        Assert.That(one.Contains(two), Is.False);
        Assert.That(two - one, Is.EqualTo(one));
        Assert.That(two.ScalarOf("disk"), Is.EqualTo(Scalar.FromUnits(64)));
        Assert.That(two.ToProto(ResourceFormat.PostRefinement).Count, Is.EqualTo(2));
    }

    [Test]
    public void Equality_OfPersistentVolumes_LooksAtIdOnly()
    {
        var left = new DiskDescription(persistenceId: "v", persistencePrincipal: "alice",
            volume: new Mesos.V1.Volume { ContainerPath = "a" });
        var right = new DiskDescription(persistenceId: "v", volume: new Mesos.V1.Volume { ContainerPath = "b" });

        Assert.That(left, Is.EqualTo(right));
        Assert.That(new DiskDescription(persistenceId: "w"), Is.Not.EqualTo(right));
    }

    [Test]
    public void Contains_TheSameExclusiveDiskTwice_NeedsItTwice()
    {
        var once = ResourceBag.Of(Entry(Volume("v"), 10));

        Assert.That(once.Contains(once + once), Is.False);
        Assert.That((once + once).Contains(once + once), Is.True);
    }

    [Test]
    public void Subtract_MoreThanThereIs_LeavesNothing() => Assert.That(Bag("cpus:1") - Bag("cpus:2;mem:1"), Is.EqualTo(ResourceBag.Empty));

    [Test]
    public void AllocatableTo_ARole_IsUnreservedAndItsOwnAndItsAncestors()
    {
        var bag = Bag("cpus:1;cpus(a):2;cpus(a/b):4;cpus(a/b/c):8;cpus(ab):16");

        Assert.That(bag.AllocatableTo("a/b").ScalarOf("cpus"), Is.EqualTo(Scalar.FromUnits(7)));
        Assert.That(bag.AllocatableTo("x").ScalarOf("cpus"), Is.EqualTo(Scalar.FromUnits(1)));
        Assert.That(bag.Reserved("a").ScalarOf("cpus"), Is.EqualTo(Scalar.FromUnits(2)));
    }

    [Test]
    public void ToString_OfEverySpeciality_ReadsAsLogsHaveIt()
    {
        var kind = new ResourceKind("disk", Dynamic("web", "alice"), "web",
            new DiskDescription(persistenceId: "id", volume: new() { ContainerPath = "data" }), shared: true);

        Assert.That(
            ResourceBag.Of(Entry(kind, 64)).ToString(),
            Is.EqualTo("disk(allocated: web)(reservations: [(DYNAMIC,web,alice)])[id:data]<SHARED>:64<1>"));
        Assert.That(Bag("cpus:0.5;mem:64").Allocate("*").ToString(), Is.EqualTo("cpus(allocated: *):0.5; mem(allocated: *):64"));
        Assert.That(ResourceBag.Empty.ToString(), Is.EqualTo("{}"));
    }

    [Test]
    public void Allocate_PlainKinds_SharesInstances()
    {
        var kinds = new AllocatedKinds("web");
        var first = Bag("cpus:1").Allocate(kinds);
        var second = Bag("cpus:2").Allocate(kinds);

        Assert.That(first[0].Kind, Is.SameAs(second[0].Kind));
        Assert.That(first.Unallocate()[0].Kind, Is.SameAs(ResourceKind.Plain("cpus")));
    }

    [Test]
    public void Summary_OfABag_HasTheFourFirstThenOthers()
    {
        var bag = Bag("cpus:1;cpus(web):2;mem:64;ports:[1-2,5-5];names:{b,a}") + ResourceBag.Of(Entry(new("cpus", revocable: true), 3));

        var summary = string.Join(" ", ResourceSummary.Of(bag).Select(item => item.Name + "=" + (item.Text ?? item.Amount.ToString())));

        Assert.That(summary, Is.EqualTo("disk=0 mem=64 gpus=0 cpus=3 ports=[1-2, 5-5] names={a, b} cpus_revocable=3"));
    }
}
