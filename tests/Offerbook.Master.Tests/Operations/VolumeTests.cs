using Mesos.V1;
using Offerbook.Master.Tests.Core;
using Offerbook.Resources;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Tests.Operations;

/// <summary>Volumes of frameworks, in the core.</summary>
internal sealed class VolumeTests
{
    private MasterHarness _master = null!;
    private OperatingAgent _agent = null!;
    private TestScheduler _web = null!;

    [SetUp]
    public void Start()
    {
        _master = new MasterHarness();
        _agent = new OperatingAgent(_master).Subscribe();
        _web = new TestScheduler(_master, TestScheduler.Framework("web", 0, Capability.SharedResources)).Subscribe();
    }

    [Test, Category("case 186")]
    public void ReserveCreateAndLaunch_InOneAccept_UseOneAnother()
    {
        var offer = _web.Offers[^1];
        _web.Accept(offer, KitOperations.Reserve("r", Ops.Scalar("disk", 64, "web")), KitOperations.Create("c", Ops.Volume(64, "v1")),
            Ops.Launch(Ops.TaskOn(offer, "t", Ops.Volume(64, "v1"))));

        Assert.That(_web.Updates, Is.Empty);
        Assert.That(_web.OperationUpdates(), Is.Empty);
        var launch = _agent.Agent.Of(Wire.AgentProtocol.Event.Types.Type.Launch).Single().Launch;
        Assert.That(launch.Task.Resources.Single(resource => resource.Disk is not null).Disk.Persistence.Id, Is.EqualTo("v1"));
        Assert.That(_master.Offered().PersistentVolumes(), Is.Empty, "the volume is in use");
    }

    [Test, Category("case 186")]
    public void Volume_Destroyed_IsDiskAgain()
    {
        _web.Accept(_web.Offers[^1], KitOperations.Reserve(null, Ops.Scalar("disk", 64, "web")),
            KitOperations.Create(null, Ops.Volume(64, "v1")));
        Assert.That(_master.Offered().PersistentVolumes().ScalarOf("disk"), Is.EqualTo(new Scalar(64_000)));

        _web.Accept(_web.Offers[^1], KitOperations.Destroy(null, Ops.Volume(64, "v1")));
        _agent.Finish();

        Assert.That(_master.Offered().PersistentVolumes(), Is.Empty);
        Assert.That(_master.Offered().Reserved("web").ScalarOf("disk"), Is.EqualTo(new Scalar(64_000)));
        Assert.That(_master.View.Agents.Single().Operations, Is.Empty);
    }

    [Test, Category("case 186")]
    public void Volume_InUse_IsNotDestroyed()
    {
        var offer = _web.Offers[^1];
        _web.Accept(offer, KitOperations.Reserve(null, Ops.Scalar("disk", 64, "web")), KitOperations.Create(null, Ops.Volume(64, "v1")),
            Ops.Launch(Ops.TaskOn(offer, "t", Ops.Volume(64, "v1"))));
        _web.Accept(_web.Offers[^1], KitOperations.Destroy("d", Ops.Volume(64, "v1")), KitOperations.Destroy("e", Ops.Volume(64, "v2")));

        Assert.That(_web.OperationUpdates().Select(status => status.Message.Split(';')[0]),
            Is.EqualTo(new[] { "Persistent volumes in use", "Persistent volumes not found" }));
    }

    [Test, Category("case 186")]
    public void Volume_GrownAndUsedInOneAccept_FailsTheTask()
    {
        _web.Accept(_web.Offers[^1], KitOperations.Reserve(null, Ops.Scalar("disk", 100, "web")),
            KitOperations.Create(null, Ops.Volume(64, "v1")));
        var offer = _web.Offers[^1];
        _web.Accept(offer, KitOperations.Grow("g", Ops.Volume(64, "v1"), Ops.Scalar("disk", 36, "web")),
            Ops.Launch(Ops.TaskOn(offer, "t", Ops.Volume(100, "v1"))));

        Assert.That(_web.Updates.Single().State, Is.EqualTo(TaskState.TaskError));
        Assert.That(_master.Offered().PersistentVolumes().ScalarOf("disk"), Is.EqualTo(new Scalar(100_000)), "the next offer has it");

        offer = _web.Offers[^1];
        _web.Accept(offer, KitOperations.Shrink("s", Ops.Volume(100, "v1"), 60));
        _agent.Finish();
        Assert.That(_master.Offered().PersistentVolumes().ScalarOf("disk"), Is.EqualTo(new Scalar(40_000)));
        Assert.That(_web.OperationUpdates(), Has.All.Matches<OperationStatus>(status => status?.State == OperationState.OperationFinished));
    }

    [Test, Category("case 186")]
    public void Volume_AfterTheMastersRestart_IsOffered()
    {
        _web.Accept(_web.Offers[^1], KitOperations.Reserve(null, Ops.Scalar("disk", 64, "web")),
            KitOperations.Create(null, Ops.Volume(64, "v1")));
        _agent.Finish();
        _master.Restart();
        _agent.Subscribe();
        _web.Subscribe();

        Assert.That(_master.Offered().PersistentVolumes().Single().Kind.Disk!.PersistenceId, Is.EqualTo("v1"));
    }

    [Test, Category("case 186"), Category("case 107")]
    public void SharedVolume_InUse_IsOfferedAgainAndUsedByMoreTasksThanCopies()
    {
        var offer = _web.Offers[^1];
        var shared = Ops.Volume(64, "s", shared: true);
        _web.Accept(offer, KitOperations.Reserve(null, Ops.Scalar("disk", 64, "web")), KitOperations.Create(null, shared),
            Ops.Launch(Ops.TaskOn(offer, "t1", shared), Ops.TaskOn(offer, "t2", shared)));

        Assert.That(_web.Updates, Is.Empty);
        Assert.That(_agent.Agent.Of(Wire.AgentProtocol.Event.Types.Type.Launch), Has.Count.EqualTo(2));
        Assert.That(_master.Offered().Shared().Single().Count, Is.EqualTo(1));

        offer = _web.Offers[^1];
        _web.Accept(offer, Ops.Launch(Ops.TaskOn(offer, "t3", shared)));
        Assert.That(_agent.Agent.Of(Wire.AgentProtocol.Event.Types.Type.Launch), Has.Count.EqualTo(3));

        _web.Accept(_web.Offers[^1], KitOperations.Destroy("d", shared));
        Assert.That(_web.OperationUpdates().Single().Message, Does.StartWith("Persistent volumes in use"));
        foreach (var task in (string[])["t1", "t2", "t3"])
        {
            _web.Acknowledge(_agent.Agent.Update(_web.Id!, task, TaskState.TaskFinished));
        }
        _web.Accept(_web.Offers[^1], KitOperations.Destroy("e", shared));
        Assert.That(_master.Offered().Shared(), Is.Empty);
        Assert.That(_master.Offered().ScalarOf("disk"), Is.EqualTo(new Scalar(1_000_000)));
    }

    [Test, Category("case 186")]
    public void SharedVolume_Destroyed_IsTakenOutOfOtherOffers()
    {
        var shared = Ops.Volume(64, "s", shared: true);
        _web.Accept(_web.Offers[^1], KitOperations.Reserve(null, Ops.Scalar("disk", 64, "web")), KitOperations.Create(null, shared));
        var first = _web.Offers[^1];
        var task = Ops.TaskOn(first, "t");
        var other = new TestScheduler(_master, TestScheduler.Framework("web", 0, Capability.SharedResources)).Subscribe();
        _web.Accept(first, Ops.Launch(task));
        var offers = _master.View.Frameworks.SelectMany(framework => framework.Offers).ToList();
        var holder = offers.First(offer => !offer.Resources.Shared().IsEmpty);
        var owner = holder.Framework.Value == _web.Id!.Value ? _web : other;
        owner.Accept(owner.Offers.Single(offer => offer.Id.Value == holder.Id.Value), KitOperations.Destroy("d", shared));

        Assert.That(owner.OperationUpdates(), Is.Empty, "the destroyer's own copy does not stand in the way");
        Assert.That(_master.Offered().Shared(), Is.Empty);
    }

    [Test]
    public void Volume_WithoutTheCapability_IsNotShared()
    {
        var plain = new TestScheduler(_master, TestScheduler.Framework("plain")).Subscribe();
        _web.Decline(_web.Offers[^1], 3600);
        plain.Accept(plain.Offers[^1], KitOperations.Reserve(null, Ops.Scalar("disk", 64, "plain")),
            KitOperations.Create("c", Ops.Volume(64, "s", "plain", shared: true)));

        Assert.That(plain.OperationUpdates().Single().Message, Does.Contain("with no SHARED_RESOURCES capability"));
    }

    [Test]
    public void Volumes_OfOneId_AreRefusedInOneRole()
    {
        _web.Accept(_web.Offers[^1], KitOperations.Reserve(null, Ops.Scalar("disk", 128, "web")),
            KitOperations.Create("c1", Ops.Volume(64, "v1")), KitOperations.Create("c2", Ops.Volume(32, "v1")));

        Assert.That(_web.OperationUpdates().Single().Message, Does.StartWith("Persistence ID 'v1' is not unique"));
        Assert.That(_web.Events.Count(e => e.Type == EventType.Rescind), Is.Zero);
    }
}
