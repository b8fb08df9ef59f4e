using FsCheck;
using FsCheck.Fluent;

namespace Offerbook.Resources.Tests;

/// <summary>Random bags of every kind of resource. Bags from one pair hold disjoint ranges and sets, so that sums can be undone.</summary>
public sealed class Generators
{
    private static readonly ResourceKind[] ScalarKinds =
    [
        ResourceKind.Plain("cpus"),
        ResourceKind.Plain("mem"),
        ResourceKind.Plain("disk"),
        new("cpus", Bags.Dynamic("web", "alice")),
        new("mem", new ReservationStack(new Reservation(ReservationType.Static, "web"))),
        new("mem", new ReservationStack(new Reservation(ReservationType.Static, "web"),
            new Reservation(ReservationType.Dynamic, "web/shop"))),
        new("cpus", revocable: true),
        new("cpus", allocationRole: "web"),
        new("gold", providerId: "mint"),
        Bags.Disk(DiskSourceType.Path, "/data"),
        Bags.Disk(DiskSourceType.Raw),
    ];

    private static readonly ResourceKind[] ExclusiveKinds =
    [
        Bags.Disk(DiskSourceType.Mount, "/mnt/a"),
        Bags.Disk(DiskSourceType.Block, id: "b"),
        Bags.Volume("v1"),
    ];

    public static Arbitrary<ResourceBag> AnyBag() => BagOf(from n in Gen.Choose(0, 400) select (ulong)n).ToArbitrary();

    public static Arbitrary<BagPair> AnyPair() => (
        from left in BagOf(from n in Gen.Choose(0, 200) select (ulong)n * 4)
        from right in BagOf(from n in Gen.Choose(0, 200) select ((ulong)n * 4) + 2)
        select new BagPair(left, right)).ToArbitrary();

    public static Arbitrary<Ranges> AnyRanges() => (
        from items in (
            from begin in Gen.Choose(0, 60) from length in Gen.Choose(0, 9) select new ValueRange((ulong)begin,
                (ulong)(begin + length))).ListOf()
        select Ranges.Of([.. items])).ToArbitrary();

    private static Gen<ResourceBag> BagOf(Gen<ulong> points)
    {
        var scalar = from kind in Gen.Elements(ScalarKinds)
                     from milli in Gen.Choose(1, 5_000_000)
                     select new ResourceEntry(kind, new Scalar(milli));
        var exclusive = from kind in Gen.Elements(ExclusiveKinds)
                        from milli in Gen.Elements(1_000, 2_000)
                        select new ResourceEntry(kind, new Scalar(milli));
        var shared = from milli in Gen.Elements(64_000, 128_000)
                     from copies in Gen.Choose(1, 3)
                     select new ResourceEntry(Bags.Volume("s", shared: true), new Scalar(milli), copies);
        var ports = from numbers in points.NonEmptyListOf()
                    select new ResourceEntry(ResourceKind.Plain("ports"), Ranges.Of([.. numbers.Select(n => new ValueRange(n, n))]));
        var set = from numbers in points.NonEmptyListOf()
                  select new ResourceEntry(new ResourceKind("names"), ItemSet.Of([.. numbers.Select(n => "n" + n)]));
        return from entries in Gen.Frequency((6, scalar), (1, exclusive), (1, shared), (2, ports), (1, set)).ListOf()
               select ResourceBag.Of([.. entries]);
    }
}

/// <summary>Two bags whose ranges and sets have nothing in common.</summary>
public sealed record BagPair(ResourceBag Left, ResourceBag Right);
