using Mesos.V1;
using Offerbook.Batch.Jobs;
using Offerbook.Batch.Matching;
using Offerbook.Resources;

namespace Offerbook.Batch.Tests.Matching;

[TestFixture]
internal sealed class OfferCapacityTests
{
    private static readonly Demand Small = new(Scalar.FromUnits(0.1), Scalar.FromUnits(32), Scalar.Zero);

    [Test]
    public void Fits_IsExactInThousandths()
    {
        var capacity = new OfferCapacity(Offer(Resource("cpus", 1), Resource("mem", 1_024)));
        Assert.That(capacity.Fits(Small, 100), Is.EqualTo(10));
        for (var i = 0; i < 10; i++)
        {
            Assert.That(capacity.Take(Small).Select(r => (r.Name, r.Scalar.Value)), Is.EqualTo(new[] { ("cpus", 0.1), ("mem", 32.0) }));
        }
        Assert.That(capacity.Fits(Small, 100), Is.Zero);
    }

    [Test]
    public void Fits_WithoutAResourceThatIsWanted_IsNone()
    {
        Assert.That(new OfferCapacity(Offer(Resource("cpus", 1))).Fits(Small, 5), Is.Zero);
        Assert.That(new OfferCapacity(Offer(Resource("cpus", 1), Resource("mem", 64))).Fits(Small with { Disk = Scalar.FromUnits(1) }, 5),
            Is.Zero);
    }

    [Test]
    public void Take_UsesReservedResourcesFirst_AndSplitsOverBoth()
    {
        var reserved = Resource("cpus", 1);
        reserved.Reservations.Add(
            new Resource.Types.ReservationInfo { Type = Mesos.V1.Resource.Types.ReservationInfo.Types.Type.Dynamic, Role = "batch" });
        var capacity = new OfferCapacity(Offer(Resource("cpus", 1), reserved, Resource("mem", 64)));
        var taken = capacity.Take(new Demand(Scalar.FromUnits(1.5), Scalar.FromUnits(32), Scalar.Zero));
        Assert.That(taken.Where(r => r.Name == "cpus").Select(r => (r.Reservations.Count, r.Scalar.Value)),
            Is.EqualTo(new[] { (1, 1.0), (0, 0.5) }));
        Assert.That(taken.Select(r => r.AllocationInfo.Role), Is.All.EqualTo("batch"));
        Assert.That(taken.Select(r => r.HasRole), Is.All.False);
    }

    [Test]
    public void Take_LeavesRevocableResourcesAndVolumesAlone()
    {
        var revocable = Resource("cpus", 8);
        revocable.Revocable = new Resource.Types.RevocableInfo();
        var volume = Resource("disk", 500);
        volume.Reservations.Add(
            new Resource.Types.ReservationInfo { Type = Mesos.V1.Resource.Types.ReservationInfo.Types.Type.Dynamic, Role = "batch" });
        volume.Disk = new Resource.Types.DiskInfo
        {
            Persistence = new Resource.Types.DiskInfo.Types.Persistence { Id = "v" },
            Volume = new Volume { ContainerPath = "data", Mode = Volume.Types.Mode.Rw },
        };
        var capacity = new OfferCapacity(Offer(Resource("cpus", 1), revocable, volume, Resource("mem", 64)));
        Assert.That(capacity.Fits(Small with { Cpus = Scalar.FromUnits(2) }, 1), Is.Zero);
        Assert.That(capacity.Fits(Small with { Disk = Scalar.FromUnits(1) }, 1), Is.Zero);
        Assert.That(capacity.Fits(Small, 1), Is.EqualTo(1));
    }

    private static Offer Offer(params Resource[] resources) => new()
    {
        Id = new OfferID { Value = "o" },
        FrameworkId = new FrameworkID { Value = "f" },
        AgentId = new AgentID { Value = "a" },
        Hostname = "h",
        Resources = { resources },
    };

    private static Resource Resource(string name, double value) => World.FakeCluster.Scalar(name, value);
}
