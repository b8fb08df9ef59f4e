using Offerbook.Apps.Specs;
using Offerbook.Apps.Volumes;
using Offerbook.Resources;

namespace Offerbook.Apps.Tests.Volumes;

/// <summary>Which disk a volume is made of (case 141).</summary>
[Property("case", 141)]
public sealed class DiskChoiceTests
{
    [Test]
    public void Path_TakesAPartOfTheDiskWithTheMostRoom_AndNeverOfTwo()
    {
        var bag = Bag(Disk(100, DiskSourceType.Path, "/a"), Disk(300, DiskSourceType.Path, "/b"));
        Assert.That(Chosen(bag, Claim(DiskType.Path, 120)), Is.EqualTo(new[] { ("/b", 120L) }));
        Assert.That(DiskChoice.Choose(bag, [Claim(DiskType.Path, 350)], out var refusal), Is.Null, "100 and 300 are not 400");
        Assert.That(refusal!.Resource, Is.EqualTo("path disk for volume d"));
    }

    [Test]
    public void Path_ForSeveralVolumes_CountsWhatTheOthersTook()
    {
        var bag = Bag(Disk(100, DiskSourceType.Path, "/a"), Disk(150, DiskSourceType.Path, "/b"));
        Assert.That(Chosen(bag, Claim(DiskType.Path, 80), Claim(DiskType.Path, 80)), Is.EqualTo(new[] { ("/b", 80L), ("/a", 80L) }));
        Assert.That(DiskChoice.Choose(bag, [Claim(DiskType.Path, 80), Claim(DiskType.Path, 80), Claim(DiskType.Path, 80)], out _), Is.Null);
    }

    [Test]
    public void Mount_TakesTheSmallestWholeDiskThatDoes()
    {
        var bag = Bag(Disk(1000, DiskSourceType.Mount, "/a"), Disk(200, DiskSourceType.Mount, "/b"), Disk(50, DiskSourceType.Mount, "/c"));
        Assert.That(Chosen(bag, Claim(DiskType.Mount, 60)), Is.EqualTo(new[] { ("/b", 200L) }));
        Assert.That(Chosen(bag, Claim(DiskType.Mount, 60) with { Info = Info(DiskType.Mount, 60) with { MaxSize = 250 } }),
            Is.EqualTo(new[] { ("/b", 200L) }));
        Assert.That(
            DiskChoice.Choose(bag, [Claim(DiskType.Mount, 60) with { Info = Info(DiskType.Mount, 60) with { MaxSize = 150 } }], out _),
            Is.Null);
    }

    [TestCase(ConstraintOperator.Like, "/a")]
    [TestCase(ConstraintOperator.Unlike, "/b")]
    public void Mount_WithAConstraint_IsChosenByItsPath(ConstraintOperator operation, string expected)
    {
        var bag = Bag(Disk(100, DiskSourceType.Mount, "/a"), Disk(100, DiskSourceType.Mount, "/b"));
        var claim = Claim(DiskType.Mount,
            10) with { Info = Info(DiskType.Mount, 10) with { Constraints = [new Constraint("path", operation, "/a")] } };
        Assert.That(Chosen(bag, claim), Is.EqualTo(new[] { (expected, 100L) }));
    }

    [Test]
    public void Profile_ServesOnlyWhoNamesIt()
    {
        var bag = Bag(Disk(100, DiskSourceType.Mount, "/fast", "ssd"), Disk(200, DiskSourceType.Mount, "/slow"));
        Assert.That(Chosen(bag, Claim(DiskType.Mount, 10)), Is.EqualTo(new[] { ("/slow", 200L) }));
        var named = new VolumeClaim("d", "d", Info(null, 10) with { ProfileName = "ssd" }, VolumeMode.ReadWrite);
        Assert.That(Chosen(bag, named), Is.EqualTo(new[] { ("/fast", 100L) }), "a profile alone means a mount disk");
    }

    [Test]
    public void Root_ComesOutOfThePlainDiskOnly()
    {
        var bag = Bag(Disk(500, DiskSourceType.Mount, "/a"), Disk(100, null, null));
        Assert.That(Chosen(bag, Claim(DiskType.Root, 60)), Is.EqualTo(new[] { ("", 60L) }));
        Assert.That(DiskChoice.Choose(bag, [Claim(DiskType.Root, 160)], out _), Is.Null);
    }

    private static List<(string, long)> Chosen(ResourceBag bag, params VolumeClaim[] claims)
    {
        var chosen = DiskChoice.Choose(bag, claims, out var refusal);
        Assert.That(chosen, Is.Not.Null, refusal?.ToString());
        return chosen!.Select(disk => (disk.Disk.Kind.Disk?.Source?.Root ?? "", disk.Disk.Value.Scalar.Milli / 1_000)).ToList();
    }

    private static VolumeClaim Claim(DiskType type, long size) => new("d", "d", Info(type, size), VolumeMode.ReadWrite);

    private static PersistentVolumeInfo Info(DiskType? type, long size) => new(type, size, null, null, []);

    private static ResourceBag Bag(params Mesos.V1.Resource[] disks) => ResourceReader.Read(disks).Bag;

    private static Mesos.V1.Resource Disk(double size, DiskSourceType? type, string? root, string? profile = null)
    {
        var disk = new Mesos.V1.Resource { Name = "disk", Type = Mesos.V1.Value.Types.Type.Scalar,
            Scalar = new Mesos.V1.Value.Types.Scalar { Value = size } };
        if (type is { } kind)
        {
            var source = new Mesos.V1.Resource.Types.DiskInfo.Types.Source();
            if (kind == DiskSourceType.Path)
            {
                source.Type = Mesos.V1.Resource.Types.DiskInfo.Types.Source.Types.Type.Path;
                source.Path = new Mesos.V1.Resource.Types.DiskInfo.Types.Source.Types.Path { Root = root };
            }
            else
            {
                source.Type = Mesos.V1.Resource.Types.DiskInfo.Types.Source.Types.Type.Mount;
                source.Mount = new Mesos.V1.Resource.Types.DiskInfo.Types.Source.Types.Mount { Root = root };
            }
            if (profile is not null)
            {
                source.Profile = profile;
            }
            disk.Disk = new Mesos.V1.Resource.Types.DiskInfo { Source = source };
        }
        return disk;
    }
}
