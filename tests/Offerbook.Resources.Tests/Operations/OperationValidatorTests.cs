using Mesos.V1;
using Operation = Mesos.V1.Offer.Types.Operation;

namespace Offerbook.Resources.Tests.Operations;

public sealed class OperationValidatorTests
{
    private static readonly AskingFramework Web = new("f1", ["web"], SharedResources: false);

    private static string? Check(Operation operation, AskingFramework? framework = null, string? principal = null,
        ResourceBag? checkpointed = null,
        ResourceBag? used = null, OperationAbilities agent = Ops.All) =>
        OperationValidator.Validate(operation, new OperationContext(principal, framework, agent, checkpointed ?? ResourceBag.Empty,
            used is null ? [] : [used]));

    [Test]
    public void Reserve_OfWhatIsNotDynamicallyReserved_IsRefused() =>
        Assert.That(Check(Ops.Reserve(Ops.Scalar("cpus", 1))), Is.EqualTo("Resource cpus:1 is not dynamically reserved"));

    [Test]
    public void Reserve_ByPrincipal_MustNameIt()
    {
        Assert.That(Check(Ops.Reserve(Ops.Scalar("cpus", 1, "web", "bob")), principal: "bob"), Is.Null);
        Assert.That(Check(Ops.Reserve(Ops.Scalar("cpus", 1, "web")), principal: "bob"), Is.EqualTo(
            "A reserve operation was attempted by principal 'bob', but there is a reserved resource in the request with no principal set"));
        Assert.That(Check(Ops.Reserve(Ops.Scalar("cpus", 1, "web", "eve")), principal: "bob"), Is.EqualTo(
            "A reserve operation was attempted by authenticated principal 'bob', which does not match a reserved resource in the request with principal 'eve'"));
    }

    [Test, Category("case 185")]
    public void Reserve_ByFramework_IsForARoleOfItsOwn()
    {
        Assert.That(Check(Ops.Reserve(Ops.Scalar("cpus", 1, "web").Allocated("web")), Web), Is.Null);
        Assert.That(Check(Ops.Reserve(Ops.Scalar("cpus", 1, "db").Allocated("web")), Web), Is.EqualTo(
            "A reserve operation was attempted for a resource with role 'db', but the resource was allocated to role 'web'"));
        Assert.That(Check(Ops.Reserve(Ops.Scalar("cpus", 1, "db").Allocated("db")), Web), Is.EqualTo(
            "A reserve operation was attempted for a resource allocated to role 'db', but the framework only has roles '{ web }'"));
        Assert.That(Check(Ops.Reserve(Ops.Scalar("cpus", 1, "web")), Web), Is.EqualTo(
            "A reserve operation was attempted on unallocated resource cpus(reservations: [(DYNAMIC,web)]):1, but frameworks can only perform reservations on allocated resources"));
    }

    [Test]
    public void Reserve_ByOperator_HasNoAllocation() =>
        Assert.That(Check(Ops.Reserve(Ops.Scalar("cpus", 1, "web").Allocated("web"))),
            Does.EndWith("only allows reservations to be made to unallocated resources"));

    [Test, Category("case 173")]
    public void ReservationUpdate_OfOtherAmounts_IsRefused()
    {
        var update = Ops.Reserve(Ops.Scalar("cpus", 1, "db"));
        update.Reserve.Source.Add(Ops.Scalar("cpus", 2, "web"));
        Assert.That(Check(update),
            Is.EqualTo("Source and target resources should refer to identical resource quantities: cpus:2 vs. cpus:1"));

        update.Reserve.Source.Clear();
        update.Reserve.Source.Add([Ops.Scalar("cpus", 0.5, "web"), Ops.Scalar("cpus", 0.5, "ops")]);
        Assert.That(Check(update), Does.StartWith("Invalid source: Mixed reservations are not supported"));
    }

    [Test]
    public void Reserve_ForWhatTheAgentCannotDo_IsRefused() =>
        Assert.That(Check(Ops.Reserve(Ops.Scalar("cpus", 1, "web/shop")), agent: OperationAbilities.None), Does.EndWith(
            "with reservation for hierarchical role 'web/shop' cannot be reserved on an agent without HIERARCHICAL_ROLE capability"));

    [Test]
    public void Unreserve_OfAVolume_AsksToDestroyItFirst() =>
        Assert.That(Check(Ops.Unreserve(Ops.Volume(64, "v1"))), Does.EndWith(
            "cannot be unreserved directly. Please destroy the persistent volume first then unreserve the resource"));

    [Test]
    public void Create_OfWhatIsNoVolume_IsRefused()
    {
        var readOnly = Ops.Volume(64, "v1");
        readOnly.Disk.Volume.Mode = Volume.Types.Mode.Ro;
        var onHost = Ops.Volume(64, "v1");
        onHost.Disk.Volume.HostPath = "/etc";
        var unreserved = Ops.Volume(64, "v1");
        unreserved.Reservations.Clear();

        Assert.That(Check(Ops.Create(Ops.Scalar("disk", 64, "web"))), Does.StartWith("Not a persistent volume: Resource disk"));
        Assert.That(Check(Ops.Create(readOnly)), Is.EqualTo("Not a persistent volume: Read-only persistent volume not supported"));
        Assert.That(Check(Ops.Create(onHost)), Does.Contain("Expecting 'host_path' to be unset for persistent volume"));
        Assert.That(Check(Ops.Create(unreserved)), Does.Contain("Persistent volumes cannot be created from unreserved resources"));
        Assert.That(Check(Ops.Create(Ops.Volume(64, "../v1"))),
            Does.Contain("Invalid persistence ID for persistent volume: '../v1' contains invalid characters"));
        Assert.That(Check(Ops.Create()), Does.Contain("Operation contains no resources"));
    }

    [Test, Category("case 184")]
    public void Create_OfATakenId_IsRefusedInTheSameRoleOnly()
    {
        var checkpointed = Ops.Bag(Ops.Volume(64, "v1", "web"));
        Assert.That(Check(Ops.Create(Ops.Volume(32, "v1", "web")), checkpointed: checkpointed),
            Is.EqualTo("Persistence ID 'v1' is not unique"));
        Assert.That(Check(Ops.Create(Ops.Volume(32, "v1", "web/shop")), checkpointed: checkpointed), Is.Null);
        Assert.That(Check(Ops.Create(Ops.Volume(32, "v2"), Ops.Volume(32, "v2"))), Is.EqualTo("Persistence ID 'v2' is not unique"));
    }

    [Test]
    public void Create_OfASharedVolume_NeedsTheCapability()
    {
        var shared = Ops.Create(Ops.Volume(64, "s", shared: true).Allocated("web"));
        Assert.That(Check(shared, Web), Does.EndWith("has been attempted by framework 'f1' with no SHARED_RESOURCES capability"));
        Assert.That(Check(shared, Web with { SharedResources = true }), Is.Null);
    }

    [Test]
    public void Create_ByPrincipal_MustNameIt() =>
        Assert.That(Check(Ops.Create(Ops.Volume(64, "v1")), principal: "bob"), Is.EqualTo(
            "Create volume operation attempted by principal 'bob', but there is a volume in the operation with no principal set in 'disk.persistence'"));

    [Test]
    public void Destroy_OfWhatIsUnknownOrInUse_IsRefused()
    {
        var volume = Ops.Bag(Ops.Volume(64, "v1"));
        Assert.That(Check(Ops.Destroy(Ops.Volume(64, "v1").Allocated("web"))), Is.EqualTo("Persistent volumes not found"));
        Assert.That(Check(Ops.Destroy(Ops.Volume(64, "v1").Allocated("web")), checkpointed: volume, used: volume.Allocate("web")),
            Is.EqualTo("Persistent volumes in use"));
        Assert.That(Check(Ops.Destroy(Ops.Volume(64, "v1").Allocated("web")), checkpointed: volume), Is.Null);
    }

    [Test]
    public void GrowAndShrink_OfWhatCannotBeResized_AreRefused()
    {
        var volume = Ops.Volume(64, "v1");
        var shared = Ops.Volume(64, "s", shared: true);
        var mounted = Ops.Volume(64, "m").On(Ops.Mount("/mnt/a"));

        Assert.That(Check(Ops.Grow(volume, Ops.Scalar("disk", 0, "web"))),
            Is.EqualTo("The size of 'GrowVolume.addition' field must be greater than zero"));
        Assert.That(Check(Ops.Grow(volume, Ops.Scalar("disk", 8, "db"))), Is.EqualTo(
            "Incompatible resources in the 'GrowVolume.volume' and 'GrowVolume.addition' fields"));
        Assert.That(Check(Ops.Grow(shared, Ops.Scalar("disk", 8, "web"))),
            Is.EqualTo("Growing a shared persistent volume is not supported"));
        Assert.That(Check(Ops.Grow(volume, Ops.Scalar("disk", 8, "web")), agent: OperationAbilities.None),
            Does.EndWith("without RESIZE_VOLUME capability"));
        Assert.That(Check(Ops.Shrink(volume, 0)), Is.EqualTo("Value of 'ShrinkVolume.subtract' must be greater than zero"));
        Assert.That(Check(Ops.Shrink(volume, 64)), Does.Contain("must be smaller than the size"));
        Assert.That(Check(Ops.Shrink(mounted, 8)), Is.EqualTo("Shrinking a volume on a MOUNT disk is not supported"));
        Assert.That(Check(Ops.Shrink(shared, 8)), Is.EqualTo("Shrinking a shared persistent volume is not supported"));
        Assert.That(Check(Ops.Shrink(volume, 8)), Is.Null);
    }

    [Test]
    public void Shape_WithoutABodyOrWithABadResource_IsRefused()
    {
        Assert.That(OperationValidator.ValidateShape(new Operation { Type = Operation.Types.Type.Reserve }), Is.EqualTo(
            "A RESERVE offer operation must have the Offer.Operation.reserve field set."));
        Assert.That(OperationValidator.ValidateShape(Ops.Reserve(Ops.Scalar("cpus", -1, "web"))), Does.Contain("value < 0"));
    }
}
