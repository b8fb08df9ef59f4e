using Mesos.V1;
using Mesos.V1.Allocator;
using Mesos.V1.Scheduler;
using static Offerbook.Master.Tests.Core.Operators.OperatorScripts;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Tests.Core.Operators;

/// <summary>Inverse offers: who is asked, how often, and where the answers show (cases 91, 92 and 188).</summary>
[Category("case 91"), Category("case 188")]
internal sealed class InverseOfferTests
{
    private static readonly MachineID Ours = Machine("host-10.0.0.1", "10.0.0.1");

    private MasterHarness _master = null!;
    private TestAgent _agent = null!;
    private TestScheduler _scheduler = null!;

    [SetUp]
    public void SetUp()
    {
        _master = new MasterHarness();
        _agent = new TestAgent(_master).Subscribe();
        _scheduler = new TestScheduler(_master, TestScheduler.Framework("web", 3600, Capability.PartitionAware)).Subscribe();
        _scheduler.Accept(_scheduler.Offers[0], TestScheduler.Task(_scheduler.Offers[0], "t"));
    }

    [Test]
    public void Schedule_AsksWhoHasSomethingThereOnce()
    {
        var idle = new TestScheduler(_master, TestScheduler.Framework("db")).Subscribe("db");
        _master.Schedule(Window(1000, Ours));
        _master.Advance(TimeSpan.FromMinutes(1));
        var asked = Asked().Single();
        Assert.That((asked.AgentId, asked.FrameworkId, asked.Unavailability), Is.EqualTo((_agent.Id, _scheduler.Id, Unavailability(1000))));
        Assert.That(asked.Url.Path, Is.EqualTo("/slave(1)"));
        Assert.That(asked.Resources, Is.Empty);
        Assert.That(idle.Events.Any(e => e.Type == EventType.InverseOffers), Is.False);
        Assert.That(_master.View.Operator.InverseOffers.Single(), Is.EqualTo(asked));
    }

    [Test]
    public void Answers_ShowInTheStatus()
    {
        _master.Schedule(Window(1000, Ours));
        _master.Settle();
        Answer(accept: true, 3600);
        var machine = _master.View.Operator.Maintenance.DrainingMachines.Single();
        Assert.That(machine.Id, Is.EqualTo(Ours));
        Assert.That((machine.Statuses.Single().Status, machine.Statuses.Single().FrameworkId), Is.EqualTo((InverseOfferStatus.Types.Status.Accept, _scheduler.Id)));
        Assert.That(machine.Statuses.Single().Timestamp.Nanoseconds, Is.EqualTo(_master.Now.UnixNanoseconds - 10_000_000).Within(10_000_000));
        Assert.That(_master.View.Operator.InverseOffers, Is.Empty);
        _master.Schedule(Window(2000, Ours));
        _master.Settle();
        Assert.That(_master.View.Operator.Maintenance.DrainingMachines.Single().Statuses, Is.Empty, "that was about another time");
        Assert.That(Asked(), Has.Count.EqualTo(2));
    }

    [Test]
    public void Decline_IsAskedAgainAfterItsFilter()
    {
        _master.Schedule(Window(1000, Ours));
        _master.Settle();
        Answer(accept: false, 10);
        _master.Advance(TimeSpan.FromSeconds(9));
        Assert.That(Asked(), Has.Count.EqualTo(1));
        _master.Advance(TimeSpan.FromSeconds(2));
        Assert.That(Asked(), Has.Count.EqualTo(2));
        Answer(accept: false, 3600);
        _scheduler.Call(Call.Types.Type.Revive);
        _master.Settle();
        Assert.That(Asked(), Has.Count.EqualTo(3), "REVIVE ends refusals of inverse offers as well");
    }

    [Test]
    public void Change_TakesInverseOffersBack()
    {
        _master.Schedule(Window(1000, Ours));
        _master.Settle();
        _master.Schedule();
        _master.Settle();
        var rescinded = _scheduler.Events.Single(e => e.Type == EventType.RescindInverseOffer).RescindInverseOffer.InverseOfferId;
        Assert.That(rescinded, Is.EqualTo(Asked().Single().Id));
        Assert.That(_master.View.Operator.InverseOffers, Is.Empty);
    }

    [Test]
    public void Disconnection_OfTheAgentTakesThemBack_AndItsReturnAsksAgain()
    {
        _master.Schedule(Window(1000, Ours));
        _master.Settle();
        _agent.TakeLaunches();
        _agent.Disconnect();
        Assert.That(_scheduler.Events.Count(e => e.Type == EventType.RescindInverseOffer), Is.EqualTo(1));
        _agent.Subscribe();
        Assert.That(Asked(), Has.Count.EqualTo(2));
    }

    [Test]
    public void Failover_OfTheFrameworkAsksTheNewOne()
    {
        _master.Schedule(Window(1000, Ours));
        _master.Settle();
        _scheduler.Subscribe();
        Assert.That(Asked(), Has.Count.EqualTo(1));
        _scheduler.Disconnect();
        Assert.That(_master.View.Operator.InverseOffers, Is.Empty);
        _scheduler.Subscribe();
        Assert.That(Asked(), Has.Count.EqualTo(1));
    }

    [Test]
    public void Answer_WithAnIdThatIsNone_IsPassedOver()
    {
        var id = new OfferID { Value = "nope" };
        Assert.That(_scheduler.Call(new Call { Type = Call.Types.Type.AcceptInverseOffers, AcceptInverseOffers = new() { InverseOfferIds = { id } } }).Status, Is.EqualTo(202));
        Assert.That(_scheduler.Call(new Call { Type = Call.Types.Type.AcceptInverseOffers, AcceptInverseOffers = new() { InverseOfferIds = { _scheduler.Offers[^1].Id } } }).Status, Is.EqualTo(202));
        Assert.That(_scheduler.Call(new Call { Type = Call.Types.Type.DeclineInverseOffers, DeclineInverseOffers = new() { InverseOfferIds = { id } } }).Status, Is.EqualTo(202));
    }

    [Test]
    public void Answer_OfAnother_IsPassedOver()
    {
        var thief = new TestScheduler(_master, TestScheduler.Framework("db")).Subscribe("db");
        _master.Schedule(Window(1000, Ours));
        _master.Settle();
        thief.Call(new Call { Type = Call.Types.Type.AcceptInverseOffers, AcceptInverseOffers = new() { InverseOfferIds = { Asked()[0].Id } } });
        Assert.That(_master.View.Operator.InverseOffers, Has.Length.EqualTo(1));
        Assert.That(_master.View.Operator.Maintenance.DrainingMachines.Single().Statuses, Is.Empty);
    }

    [Test]
    public void Restart_OfTheMasterAsksAgain()
    {
        _master.Schedule(Window(1000, Ours));
        _agent.TakeLaunches();
        _master.Restart();
        _agent.Subscribe();
        Assert.That(_master.View.Operator.InverseOffers, Is.Empty, "the framework is not back");
        _scheduler.Subscribe();
        Assert.That(Asked(), Has.Count.EqualTo(1));
    }

    private List<InverseOffer> Asked() =>
        _scheduler.Events.Where(e => e.Type == EventType.InverseOffers).SelectMany(e => e.InverseOffers.InverseOffers_).ToList();

    private void Answer(bool accept, double refuseSeconds)
    {
        var id = Asked()[^1].Id;
        var filters = new Filters { RefuseSeconds = refuseSeconds };
        _scheduler.Call(accept
            ? new Call { Type = Call.Types.Type.AcceptInverseOffers, AcceptInverseOffers = new() { InverseOfferIds = { id }, Filters = filters } }
            : new Call { Type = Call.Types.Type.DeclineInverseOffers, DeclineInverseOffers = new() { InverseOfferIds = { id }, Filters = filters } });
        _master.Settle();
    }
}
