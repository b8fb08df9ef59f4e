using Mesos.V1;
using Mesos.V1.Allocator;
using Mesos.V1.Scheduler;
using static Offerbook.Master.Tests.Core.Operators.OperatorScripts;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Tests.Core.Operators;

/// <summary>Inverse offers: who is asked, how often, and where the answers show (cases 91, 92 and 188).</summary>
[Category("case 91"), Category("case 188")]
internal sealed class InverseOfferTests : ClusterOfOneTests
{
    private static readonly MachineID Ours = Machine("host-10.0.0.1", "10.0.0.1");

    [SetUp]
    public void SetUp()
    {
        Scheduler.Accept(Scheduler.Offers[0], TestScheduler.Task(Scheduler.Offers[0], "t"));
    }

    [Test]
    public void Schedule_AsksWhoHasSomethingThereOnce()
    {
        var idle = new TestScheduler(Master, TestScheduler.Framework("db")).Subscribe("db");
        Master.Schedule(Window(1000, Ours));
        Master.Advance(TimeSpan.FromMinutes(1));
        var asked = Asked().Single();
        Assert.That((asked.AgentId, asked.FrameworkId, asked.Unavailability), Is.EqualTo((Agent.Id, Scheduler.Id, Unavailability(1000))));
        Assert.That(asked.Url.Path, Is.EqualTo("/slave(1)"));
        Assert.That(asked.Resources, Is.Empty);
        Assert.That(idle.Events.Any(e => e.Type == EventType.InverseOffers), Is.False);
        Assert.That(Master.View.Operator.InverseOffers.Single(), Is.EqualTo(asked));
    }

    [Test]
    public void Answers_ShowInTheStatus()
    {
        Master.Schedule(Window(1000, Ours));
        Master.Settle();
        Answer(accept: true, 3600);
        var machine = Master.View.Operator.Maintenance.DrainingMachines.Single();
        Assert.That(machine.Id, Is.EqualTo(Ours));
        Assert.That((machine.Statuses.Single().Status, machine.Statuses.Single().FrameworkId),
            Is.EqualTo((InverseOfferStatus.Types.Status.Accept, Scheduler.Id)));
        Assert.That(machine.Statuses.Single().Timestamp.Nanoseconds,
            Is.EqualTo(Master.Now.UnixNanoseconds - 10_000_000).Within(10_000_000));
        Assert.That(Master.View.Operator.InverseOffers, Is.Empty);
        Master.Schedule(Window(2000, Ours));
        Master.Settle();
        Assert.That(Master.View.Operator.Maintenance.DrainingMachines.Single().Statuses, Is.Empty, "that was about another time");
        Assert.That(Asked(), Has.Count.EqualTo(2));
    }

    [Test]
    public void Decline_IsAskedAgainAfterItsFilter()
    {
        Master.Schedule(Window(1000, Ours));
        Master.Settle();
        Answer(accept: false, 10);
        Master.Advance(TimeSpan.FromSeconds(9));
        Assert.That(Asked(), Has.Count.EqualTo(1));
        Master.Advance(TimeSpan.FromSeconds(2));
        Assert.That(Asked(), Has.Count.EqualTo(2));
        Answer(accept: false, 3600);
        Scheduler.Call(Call.Types.Type.Revive);
        Master.Settle();
        Assert.That(Asked(), Has.Count.EqualTo(3), "REVIVE ends refusals of inverse offers as well");
    }

    [Test]
    public void Change_TakesInverseOffersBack()
    {
        Master.Schedule(Window(1000, Ours));
        Master.Settle();
        Master.Schedule();
        Master.Settle();
        var rescinded = Scheduler.Events.Single(e => e.Type == EventType.RescindInverseOffer).RescindInverseOffer.InverseOfferId;
        Assert.That(rescinded, Is.EqualTo(Asked().Single().Id));
        Assert.That(Master.View.Operator.InverseOffers, Is.Empty);
    }

    [Test]
    public void Disconnection_OfTheAgentTakesThemBack_AndItsReturnAsksAgain()
    {
        Master.Schedule(Window(1000, Ours));
        Master.Settle();
        Agent.TakeLaunches();
        Agent.Disconnect();
        Assert.That(Scheduler.Events.Count(e => e.Type == EventType.RescindInverseOffer), Is.EqualTo(1));
        Agent.Subscribe();
        Assert.That(Asked(), Has.Count.EqualTo(2));
    }

    [Test]
    public void Failover_OfTheFrameworkAsksTheNewOne()
    {
        Master.Schedule(Window(1000, Ours));
        Master.Settle();
        Scheduler.Subscribe();
        Assert.That(Asked(), Has.Count.EqualTo(1));
        Scheduler.Disconnect();
        Assert.That(Master.View.Operator.InverseOffers, Is.Empty);
        Scheduler.Subscribe();
        Assert.That(Asked(), Has.Count.EqualTo(1));
    }

    [Test]
    public void Answer_WithAnIdThatIsNone_IsPassedOver()
    {
        var id = new OfferID { Value = "nope" };
        Assert.That(
            Scheduler.Call(
                new Call { Type = Call.Types.Type.AcceptInverseOffers, AcceptInverseOffers = new() { InverseOfferIds = { id } } }).Status,
                    Is.EqualTo(202));
        Assert.That(
            Scheduler.Call(
                new Call { Type = Call.Types.Type.AcceptInverseOffers,
                    AcceptInverseOffers = new() { InverseOfferIds = { Scheduler.Offers[^1].Id } } }).Status, Is.EqualTo(202));
        Assert.That(
            Scheduler.Call(
                new Call { Type = Call.Types.Type.DeclineInverseOffers,
                    DeclineInverseOffers = new() { InverseOfferIds = { id } } }).Status, Is.EqualTo(202));
    }

    [Test]
    public void Answer_OfAnother_IsPassedOver()
    {
        var thief = new TestScheduler(Master, TestScheduler.Framework("db")).Subscribe("db");
        Master.Schedule(Window(1000, Ours));
        Master.Settle();
        thief.Call(new Call { Type = Call.Types.Type.AcceptInverseOffers,
            AcceptInverseOffers = new() { InverseOfferIds = { Asked()[0].Id } } });
        Assert.That(Master.View.Operator.InverseOffers, Has.Length.EqualTo(1));
        Assert.That(Master.View.Operator.Maintenance.DrainingMachines.Single().Statuses, Is.Empty);
    }

    [Test]
    public void Restart_OfTheMasterAsksAgain()
    {
        Master.Schedule(Window(1000, Ours));
        Agent.TakeLaunches();
        Master.Restart();
        Agent.Subscribe();
        Assert.That(Master.View.Operator.InverseOffers, Is.Empty, "the framework is not back");
        Scheduler.Subscribe();
        Assert.That(Asked(), Has.Count.EqualTo(1));
    }

    private List<InverseOffer> Asked() =>
        Scheduler.Events.Where(e => e.Type == EventType.InverseOffers).SelectMany(e => e.InverseOffers.InverseOffers_).ToList();

    private void Answer(bool accept, double refuseSeconds)
    {
        var id = Asked()[^1].Id;
        var filters = new Filters { RefuseSeconds = refuseSeconds };
        Scheduler.Call(accept
            ? new Call { Type = Call.Types.Type.AcceptInverseOffers,
                AcceptInverseOffers = new() { InverseOfferIds = { id }, Filters = filters } }
            : new Call { Type = Call.Types.Type.DeclineInverseOffers,
                DeclineInverseOffers = new() { InverseOfferIds = { id }, Filters = filters } });
        Master.Settle();
    }
}
