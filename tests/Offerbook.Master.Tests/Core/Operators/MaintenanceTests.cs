using Mesos.V1;
using Mesos.V1.Maintenance;
using static Offerbook.Master.Tests.Core.Operators.OperatorScripts;
using AgentEventType = Offerbook.Wire.AgentProtocol.Event.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Tests.Core.Operators;

/// <summary>Schedules, machines that go down and up, and what offers say about it (cases 174 and 188).</summary>
[Category("case 188")]
internal sealed class MaintenanceTests : ClusterOfOneTests
{
    private static readonly MachineID Ours = Machine("Host-10.0.0.1", "10.0.0.1");
    private static readonly MachineID Other = Machine("elsewhere", "10.0.0.2");

    [Test]
    public void Schedule_ThatIsWrong_IsRefusedWithAReasonAndChangesNothing()
    {
        Succeeds(Master.Schedule(Window(1, Other)));
        var negative = Window(1, Ours);
        negative.Unavailability.Duration = new DurationInfo { Nanoseconds = -1 };
        Fails(Master.Schedule(Window(1)), 400, "List of machines in the maintenance window is empty");
        Fails(Master.Schedule(negative), 400, "Unavailability 'duration' is negative");
        Fails(Master.Schedule(Window(1, new MachineID())), 400, "Both 'hostname' and 'ip' for a machine are empty");
        Fails(Master.Schedule(Window(1, Machine("a", "nowhere"))), 400, "Failed to parse IPv4: nowhere");
        Fails(Master.Schedule(Window(1, Ours), Window(2, Machine("HOST-10.0.0.1", "10.0.0.1"))), 400,
            """Machine '{"hostname":"HOST-10.0.0.1","ip":"10.0.0.1"}' appears more than once in the schedule""");
        Assert.That(Master.View.Operator.Schedule.Windows.Single().MachineIds.Single(), Is.EqualTo(Other));
    }

    [Test]
    public void Schedule_TakesOffersBackAndNewOnesSayWhen()
    {
        Succeeds(Master.Schedule(Window(1000, Ours)));
        Master.Settle();
        Assert.That(Scheduler.Events.Count(e => e.Type == EventType.Rescind), Is.EqualTo(1));
        Assert.That(Scheduler.Offers, Has.Count.EqualTo(2));
        Assert.That(Scheduler.Offers[1].Unavailability, Is.EqualTo(Unavailability(1000)));
        Succeeds(Master.Schedule(Window(1000, Ours)));
        Master.Settle();
        Assert.That(Scheduler.Offers, Has.Count.EqualTo(2), "nothing has changed for this agent");
        Succeeds(Master.Schedule());
        Master.Settle();
        Assert.That(Scheduler.Offers, Has.Count.EqualTo(3));
        Assert.That(Scheduler.Offers[2].Unavailability, Is.Null);
    }

    [Test]
    public void Schedule_OfAnotherMachine_LeavesOffersAlone()
    {
        Succeeds(Master.Schedule(Window(1000, Other), Window(5, Machine("host-10.0.0.1", ""))));
        Master.Settle();
        Assert.That(Scheduler.Events.Any(e => e.Type == EventType.Rescind), Is.False);
        Assert.That(Scheduler.Offers.Single().Unavailability, Is.Null);
    }

    [Test]
    public void Down_ShutsTheAgentsOfTheMachineDownAndKeepsThemAway()
    {
        Scheduler.Accept(Scheduler.Offers[0], TestScheduler.Task(Scheduler.Offers[0], "t"));
        Master.Schedule(Window(1, Ours));
        Succeeds(Master.Down(Ours));
        Assert.That(Scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskGone));
        Assert.That(Agent.Of(AgentEventType.Shutdown), Has.Count.EqualTo(1));
        Assert.That(Scheduler.Events.Any(e => e.Type == EventType.Failure));
        Assert.That(Master.View.Operator.Maintenance.DownMachines.Single(), Is.EqualTo(Ours));
        Agent.Id = null;
        Agent.Subscribe();
        Assert.That(Agent.Of(AgentEventType.Shutdown).Single().Shutdown.Message, Is.EqualTo("Machine is `DOWN`"));
        Master.Restart();
        Agent.Subscribe();
        Assert.That(Master.View.Agents, Is.Empty, "also after a restart of the master");
        Succeeds(Master.Up(Ours));
        Assert.That(Master.View.Operator.Schedule, Is.EqualTo(new Schedule()));
        Agent.Subscribe();
        Assert.That(Master.View.Agents, Has.Length.EqualTo(1));
    }

    [Test]
    public void DownAndUp_OfTheWrongMachines_AreRefused()
    {
        const string Name = """Machine '{"hostname":"Host-10.0.0.1","ip":"10.0.0.1"}'""";
        Fails(Master.Down(), 400, "List of machines is empty");
        Fails(Master.Down(Ours), 400, $"{Name} is not part of a maintenance schedule");
        Fails(Master.Up(Ours), 400, $"{Name} is not part of a maintenance schedule");
        Master.Schedule(Window(1, Ours, Other));
        Fails(Master.Down(Ours, Ours), 400, $"{Name} appears more than once in the schedule");
        Fails(Master.Up(Ours), 400, $"{Name} is not in DOWN mode and cannot be brought up");
        Succeeds(Master.Down(Ours));
        Fails(Master.Down(Ours), 400, $"{Name} is not in DRAINING mode and cannot be brought down");
        Fails(Master.Schedule(Window(1, Other)), 400, $"{Name} is deactivated and cannot be removed from the schedule");
        Succeeds(Master.Up(Ours));
        Assert.That(Master.View.Operator.Schedule.Windows.Single().MachineIds.Single(), Is.EqualTo(Other));
    }

    [Test]
    public void Registration_FromAScheduledMachine_IsOfferedWithItsUnavailability()
    {
        Master.Schedule(Window(77, Machine("host-10.0.0.7", "10.0.0.7")));
        new TestAgent(Master, "10.0.0.7").Subscribe();
        Assert.That(Scheduler.Offers[^1].Unavailability, Is.EqualTo(Unavailability(77)));
        Master.Restart();
        new TestAgent(Master, "10.0.0.8").Subscribe();
        new TestAgent(Master, "10.0.0.7").Subscribe();
        Scheduler.Subscribe();
        Assert.That(Scheduler.Offers.Select(offer => offer.Unavailability), Is.EquivalentTo(new[] { null, Unavailability(77) }));
    }
}
