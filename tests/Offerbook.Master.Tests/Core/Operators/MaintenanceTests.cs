using Mesos.V1;
using Mesos.V1.Maintenance;
using static Offerbook.Master.Tests.Core.Operators.OperatorScripts;
using AgentEventType = Offerbook.Wire.AgentProtocol.Event.Types.Type;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Tests.Core.Operators;

/// <summary>Schedules, machines that go down and up, and what offers say about it (cases 174 and 188).</summary>
[Category("case 188")]
internal sealed class MaintenanceTests
{
    private static readonly MachineID Ours = Machine("Host-10.0.0.1", "10.0.0.1");
    private static readonly MachineID Other = Machine("elsewhere", "10.0.0.2");

    private MasterHarness _master = null!;
    private TestAgent _agent = null!;
    private TestScheduler _scheduler = null!;

    [SetUp]
    public void SetUp()
    {
        _master = new MasterHarness();
        _agent = new TestAgent(_master).Subscribe();
        _scheduler = new TestScheduler(_master, TestScheduler.Framework("web", 3600, Capability.PartitionAware)).Subscribe();
    }

    [Test]
    public void Schedule_ThatIsWrong_IsRefusedWithAReasonAndChangesNothing()
    {
        Succeeds(_master.Schedule(Window(1, Other)));
        var negative = Window(1, Ours);
        negative.Unavailability.Duration = new DurationInfo { Nanoseconds = -1 };
        Fails(_master.Schedule(Window(1)), 400, "List of machines in the maintenance window is empty");
        Fails(_master.Schedule(negative), 400, "Unavailability 'duration' is negative");
        Fails(_master.Schedule(Window(1, new MachineID())), 400, "Both 'hostname' and 'ip' for a machine are empty");
        Fails(_master.Schedule(Window(1, Machine("a", "nowhere"))), 400, "Failed to parse IPv4: nowhere");
        Fails(_master.Schedule(Window(1, Ours), Window(2, Machine("HOST-10.0.0.1", "10.0.0.1"))), 400,
            """Machine '{"hostname":"HOST-10.0.0.1","ip":"10.0.0.1"}' appears more than once in the schedule""");
        Assert.That(_master.View.Operator.Schedule.Windows.Single().MachineIds.Single(), Is.EqualTo(Other));
    }

    [Test]
    public void Schedule_TakesOffersBackAndNewOnesSayWhen()
    {
        Succeeds(_master.Schedule(Window(1000, Ours)));
        _master.Settle();
        Assert.That(_scheduler.Events.Count(e => e.Type == EventType.Rescind), Is.EqualTo(1));
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(2));
        Assert.That(_scheduler.Offers[1].Unavailability, Is.EqualTo(Unavailability(1000)));
        Succeeds(_master.Schedule(Window(1000, Ours)));
        _master.Settle();
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(2), "nothing has changed for this agent");
        Succeeds(_master.Schedule());
        _master.Settle();
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(3));
        Assert.That(_scheduler.Offers[2].Unavailability, Is.Null);
    }

    [Test]
    public void Schedule_OfAnotherMachine_LeavesOffersAlone()
    {
        Succeeds(_master.Schedule(Window(1000, Other), Window(5, Machine("host-10.0.0.1", ""))));
        _master.Settle();
        Assert.That(_scheduler.Events.Any(e => e.Type == EventType.Rescind), Is.False);
        Assert.That(_scheduler.Offers.Single().Unavailability, Is.Null);
    }

    [Test]
    public void Down_ShutsTheAgentsOfTheMachineDownAndKeepsThemAway()
    {
        _scheduler.Accept(_scheduler.Offers[0], TestScheduler.Task(_scheduler.Offers[0], "t"));
        _master.Schedule(Window(1, Ours));
        Succeeds(_master.Down(Ours));
        Assert.That(_scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskGone));
        Assert.That(_agent.Of(AgentEventType.Shutdown), Has.Count.EqualTo(1));
        Assert.That(_scheduler.Events.Any(e => e.Type == EventType.Failure));
        Assert.That(_master.View.Operator.Maintenance.DownMachines.Single(), Is.EqualTo(Ours));
        _agent.Id = null;
        _agent.Subscribe();
        Assert.That(_agent.Of(AgentEventType.Shutdown).Single().Shutdown.Message, Is.EqualTo("Machine is `DOWN`"));
        _master.Restart();
        _agent.Subscribe();
        Assert.That(_master.View.Agents, Is.Empty, "also after a restart of the master");
        Succeeds(_master.Up(Ours));
        Assert.That(_master.View.Operator.Schedule, Is.EqualTo(new Schedule()));
        _agent.Subscribe();
        Assert.That(_master.View.Agents, Has.Length.EqualTo(1));
    }

    [Test]
    public void DownAndUp_OfTheWrongMachines_AreRefused()
    {
        const string Name = """Machine '{"hostname":"Host-10.0.0.1","ip":"10.0.0.1"}'""";
        Fails(_master.Down(), 400, "List of machines is empty");
        Fails(_master.Down(Ours), 400, $"{Name} is not part of a maintenance schedule");
        Fails(_master.Up(Ours), 400, $"{Name} is not part of a maintenance schedule");
        _master.Schedule(Window(1, Ours, Other));
        Fails(_master.Down(Ours, Ours), 400, $"{Name} appears more than once in the schedule");
        Fails(_master.Up(Ours), 400, $"{Name} is not in DOWN mode and cannot be brought up");
        Succeeds(_master.Down(Ours));
        Fails(_master.Down(Ours), 400, $"{Name} is not in DRAINING mode and cannot be brought down");
        Fails(_master.Schedule(Window(1, Other)), 400, $"{Name} is deactivated and cannot be removed from the schedule");
        Succeeds(_master.Up(Ours));
        Assert.That(_master.View.Operator.Schedule.Windows.Single().MachineIds.Single(), Is.EqualTo(Other));
    }

    [Test]
    public void Registration_FromAScheduledMachine_IsOfferedWithItsUnavailability()
    {
        _master.Schedule(Window(77, Machine("host-10.0.0.7", "10.0.0.7")));
        new TestAgent(_master, "10.0.0.7").Subscribe();
        Assert.That(_scheduler.Offers[^1].Unavailability, Is.EqualTo(Unavailability(77)));
        _master.Restart();
        new TestAgent(_master, "10.0.0.8").Subscribe();
        new TestAgent(_master, "10.0.0.7").Subscribe();
        _scheduler.Subscribe();
        Assert.That(_scheduler.Offers.Select(offer => offer.Unavailability), Is.EquivalentTo(new[] { null, Unavailability(77) }));
    }
}
