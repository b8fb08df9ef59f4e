using Mesos.V1;
using Offerbook.Master.Tests.Core;
using Offerbook.Resources;

namespace Offerbook.Master.Tests.Operations;

/// <summary>RESERVE and UNRESERVE by frameworks, in the core.</summary>
internal sealed class ReservationTests
{
    private MasterHarness _master = null!;
    private OperatingAgent _agent = null!;
    private TestScheduler _web = null!;

    [SetUp]
    public void Start()
    {
        _master = new MasterHarness();
        _agent = new OperatingAgent(_master).Subscribe();
        _web = new TestScheduler(_master).Subscribe();
    }

    [Test, Category("case 185")]
    public void Reserve_ThenUnreserve_ShowsInOffersAtOnce()
    {
        _web.Accept(_web.Offers[^1], KitOperations.Reserve("r1", Ops.Scalar("cpus", 1, "web"), Ops.Scalar("disk", 64, "web")));

        Assert.That(_master.Offered().Reserved("web"),
            Is.EqualTo(Bag(Ops.Scalar("cpus", 1, "web").Allocated(), Ops.Scalar("disk", 64, "web").Allocated())));
        Assert.That(_agent.Orders.Single().Info.Reserve.Resources, Has.Count.EqualTo(2));
        Assert.That(_master.View.Agents.Single().Total.Reserved("web").ScalarOf("cpus"), Is.EqualTo(new Scalar(1000)));

        _web.Accept(_web.Offers[^1], KitOperations.Unreserve("u1", Ops.Scalar("cpus", 1, "web")));
        _agent.Finish();

        Assert.That(_master.Offered().ScalarOf("cpus"), Is.EqualTo(new Scalar(4000)));
        Assert.That(_master.Offered().Reserved(), Is.EqualTo(Bag(Ops.Scalar("disk", 64, "web").Allocated())));
        Assert.That(_web.OperationUpdates().Select(status => (status.OperationId.Value, status.State)), Is.EqualTo(new[]
        {
            ("r1", OperationState.OperationFinished), ("u1", OperationState.OperationFinished),
        }));
    }

    [Test, Category("case 185")]
    public void ReserveAndLaunch_InOneAccept_UsesWhatWasReserved()
    {
        var offer = _web.Offers[^1];
        _web.Accept(offer, KitOperations.Reserve(null, Ops.Scalar("cpus", 1, "web")),
            Ops.Launch(Ops.TaskOn(offer, "t", Ops.Scalar("cpus", 0.9, "web"))));

        Assert.That(_web.Updates, Is.Empty);
        Assert.That(_agent.Agent.Events.Select(e => e.Type), Does.Contain(Wire.AgentProtocol.Event.Types.Type.Launch));
        Assert.That(_master.Offered().Reserved("web").ScalarOf("cpus"), Is.EqualTo(new Scalar(100)));
        Assert.That(_master.Offered().Unreserved().ScalarOf("cpus"), Is.EqualTo(new Scalar(2900)));

        _web.Accept(_web.Offers[^1], KitOperations.Unreserve("u", Ops.Scalar("cpus", 1, "web")));
        Assert.That(_web.OperationUpdates().Single().Message, Does.Contain("does not contain"), "what a task uses stays reserved");
    }

    [Test]
    public void Subscribe_OfAnAgentThatWasClearedWithItsReservations_ReplacesTheOldOne()
    {
        _web.Accept(_web.Offers[^1], KitOperations.Reserve(null, Ops.Scalar("disk", 64, "web")));
        var before = _agent.Agent.Id!.Value;
        _agent.Agent.Disconnect();

        var cleared = new OperatingAgent(_master).Subscribe();

        Assert.That(cleared.Agent.Id!.Value, Is.Not.EqualTo(before), "frameworks wait under the old id for what is gone");
        Assert.That(_master.View.Agents.Single().Id.Value, Is.EqualTo(cleared.Agent.Id.Value));
    }

    [Test]
    public void Reserve_Unused_GoesBackWithoutAFilter_AndTheRestWithIt()
    {
        _web.Call(new Mesos.V1.Scheduler.Call
        {
            Type = Mesos.V1.Scheduler.Call.Types.Type.Accept,
            Accept = new()
            {
                OfferIds = { _web.Offers[^1].Id },
                Operations = { KitOperations.Reserve(null, Ops.Scalar("cpus", 1, "web")) },
                Filters = new Filters { RefuseSeconds = 3600 },
            },
        });

        // The refused part does not cover what is there now, so that the whole is offered again.
        Assert.That(_master.Offered().Reserved("web").ScalarOf("cpus"), Is.EqualTo(new Scalar(1000)));
    }

    [Test, Category("case 185")]
    public void Reserve_TooLarge_IsAnErrorAndTheNextOperationRuns()
    {
        _web.Accept(_web.Offers[^1], KitOperations.Reserve("big", Ops.Scalar("cpus", 5, "web")),
            KitOperations.Reserve("small", Ops.Scalar("cpus", 1, "web")));

        Assert.That(_web.OperationUpdates().Single().State, Is.EqualTo(OperationState.OperationError));
        Assert.That(_web.OperationUpdates().Single().OperationId.Value, Is.EqualTo("big"));
        Assert.That(_web.OperationUpdates().Single().Uuid, Is.Null);
        Assert.That(_web.OperationUpdates().Single().Message, Does.EndWith("does not contain cpus(allocated: web):5"));
        Assert.That(_agent.Orders.Single().Info.Id.Value, Is.EqualTo("small"));
    }

    [Test, Category("case 185")]
    public void Reserve_ForAnotherRole_IsAnError()
    {
        _web.Accept(_web.Offers[^1], KitOperations.Reserve("r", Ops.Scalar("cpus", 1, "db")));

        Assert.That(_web.OperationUpdates().Single().Message, Does.StartWith(
            "A reserve operation was attempted for a resource with role 'db', but the resource was allocated to role 'web'; on agent "));
        Assert.That(_agent.Orders, Is.Empty);
    }

    [Test, Category("case 185")]
    public void Unreserve_OfAnothersReservation_IsNotPossible()
    {
        var db = new TestScheduler(_master, TestScheduler.Framework("db")).Subscribe();
        _web.Accept(_web.Offers[^1], KitOperations.Reserve(null, Ops.Scalar("cpus", 4, "web"), Ops.Scalar("mem", 1024, "web")));
        _web.Decline(_web.Offers[^1], 3600);

        db.Accept(db.Offers[^1], KitOperations.Unreserve("u", Ops.Scalar("cpus", 4, "web")));

        Assert.That(db.OperationUpdates().Single().State, Is.EqualTo(OperationState.OperationError));
    }

    [Test]
    public void Reserve_ByAFrameworkWithAPrincipal_MustNameIt()
    {
        var info = TestScheduler.Framework("ops");
        info.Principal = "alice";
        _web.Decline(_web.Offers[^1], 3600);
        var ops = new TestScheduler(_master, info).Subscribe();
        ops.Accept(ops.Offers[^1], KitOperations.Reserve("r1", Ops.Scalar("cpus", 1, "ops")),
            KitOperations.Reserve("r2", Ops.Scalar("cpus", 1, "ops", "alice")));

        Assert.That(ops.OperationUpdates().Single().OperationId.Value, Is.EqualTo("r1"));
        Assert.That(_agent.Orders.Single().Info.Id.Value, Is.EqualTo("r2"));
    }

    [Test]
    public void ReservationUpdate_ByAFramework_IsRefused()
    {
        var update = KitOperations.Reserve("r", Ops.Scalar("cpus", 1, "web"));
        update.Reserve.Source.Add(Ops.Scalar("cpus", 1, "web"));
        _web.Accept(_web.Offers[^1], update);

        Assert.That(_web.OperationUpdates().Single().Message, Is.EqualTo(
            "Operation attempted with invalid resources: Reservation updates are not yet implemented for the scheduler API."));
    }

    [Test, Category("case 31")]
    public void Feedback_FromAnAgentThatGivesNone_IsAnError()
    {
        new TestAgent(_master, "10.0.0.2").Subscribe();
        _web.Accept(_web.Offers[^1], KitOperations.Reserve("r", Ops.Scalar("cpus", 1, "web")),
            KitOperations.Reserve(null, Ops.Scalar("cpus", 1, "web")));

        Assert.That(_web.OperationUpdates().Single().Message, Does.Contain("does not have the required AGENT_OPERATION_FEEDBACK"));
        Assert.That(_master.Offered().Reserved("web").ScalarOf("cpus"), Is.EqualTo(new Scalar(1000)), "without an id it is done");
    }

    [Test]
    public void Disk_OfAProvider_CannotBeMadeOrUnmade()
    {
        _web.Accept(_web.Offers[^1], new Offer.Types.Operation
        {
            Id = new OperationID { Value = "c" },
            Type = Offer.Types.Operation.Types.Type.CreateDisk,
            CreateDisk = new() { Source = TestScheduler.Scalar("disk", 10),
                TargetType = Resource.Types.DiskInfo.Types.Source.Types.Type.Mount },
        });

        Assert.That(_web.OperationUpdates().Single().State, Is.EqualTo(OperationState.OperationError));
        Assert.That(_web.OperationUpdates().Single().Message, Does.StartWith("'source' is not managed by a resource provider"));
    }

    [Test, Category("case 185")]
    public void Reservation_AfterTheMastersRestart_IsWhatTheAgentSays()
    {
        _web.Accept(_web.Offers[^1], KitOperations.Reserve(null, Ops.Scalar("cpus", 1, "web")));
        _agent.Finish();
        _master.Restart();
        _agent.Subscribe();
        _web.Subscribe();

        Assert.That(_master.Offered().Reserved("web").ScalarOf("cpus"), Is.EqualTo(new Scalar(1000)));
        Assert.That(_master.Offered().ScalarOf("cpus"), Is.EqualTo(new Scalar(4000)));
    }

    [Test]
    public void Id_InUse_IsRefusedUntilItsEndIsAcknowledged()
    {
        _web.Accept(_web.Offers[^1], KitOperations.Reserve("r", Ops.Scalar("cpus", 1, "web")));
        _web.Accept(_web.Offers[^1], KitOperations.Reserve("r", Ops.Scalar("cpus", 1, "web")));
        Assert.That(_web.OperationUpdates().Single().Message, Does.Contain("whose end is not acknowledged"));

        _agent.Finish();
        _web.Acknowledge(_web.OperationUpdates()[^1]);
        _master.Advance(TimeSpan.FromSeconds(10));
        _web.Accept(_web.Offers[^1], KitOperations.Reserve("r", Ops.Scalar("cpus", 1, "web")));
        Assert.That(_agent.Orders, Has.Count.EqualTo(2));
    }

    private static ResourceBag Bag(params Resource[] resources) => ResourceReader.Read(resources).Bag;
}
