using Mesos.V1;
using static Offerbook.Master.Tests.Core.Operators.OperatorScripts;
using AgentEventType = Offerbook.Wire.AgentProtocol.Event.Types.Type;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Master.Tests.Core.Operators;

/// <summary>Draining, deactivation and reactivation (case 189).</summary>
[Category("case 189")]
internal sealed class DrainTests
{
    private MasterHarness _master = null!;
    private TestAgent _agent = null!;
    private TestScheduler _scheduler = null!;

    [SetUp]
    public void SetUp()
    {
        _master = new MasterHarness();
        _agent = new TestAgent(_master) { Drains = true }.Subscribe();
        _scheduler = new TestScheduler(_master, TestScheduler.Framework("web", 3600, Capability.PartitionAware)).Subscribe();
    }

    [Test]
    public void Drain_OfAnIdleAgent_IsOverAtOnceAndTakesItsOffersBack()
    {
        Succeeds(_master.Drain(_agent.Id!));
        _master.Settle();
        Assert.That(State(), Is.EqualTo(DrainState.Drained));
        Assert.That(_scheduler.Events.Count(e => e.Type == EventType.Rescind), Is.EqualTo(1));
        _master.Advance(TimeSpan.FromMinutes(1));
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(1), "a drained agent is not offered");
    }

    [Test]
    public void Drain_OfABusyAgent_TellsItTheGraceAndWaitsForTheLastAcknowledgement()
    {
        Launch("t");
        Succeeds(_master.Drain(_agent.Id!, graceSeconds: 7));
        var config = _agent.Of(AgentEventType.Drain).Single().Drain.Config;
        Assert.That((config.MaxGracePeriod.Nanoseconds, config.MarkGone), Is.EqualTo((7_000_000_000, false)));
        var killed = _agent.Update(_scheduler.Id!, "t", TaskState.TaskKilled);
        Assert.That(State(), Is.EqualTo(DrainState.Draining), "the end is not acknowledged");
        _scheduler.Acknowledge(killed);
        Assert.That(State(), Is.EqualTo(DrainState.Drained));
        Assert.That(_master.View.Agents[0].Active, Is.False);
    }

    [Test]
    public void Drain_WithMarkGone_MarksTheAgentGoneWhenItIsEmpty()
    {
        Launch("t");
        Succeeds(_master.Drain(_agent.Id!, markGone: true));
        _scheduler.Acknowledge(_agent.Update(_scheduler.Id!, "t", TaskState.TaskGoneByOperator));
        Assert.That(_master.View.Agents, Is.Empty);
        Assert.That(_agent.Of(AgentEventType.Shutdown), Has.Count.EqualTo(1));
        Assert.That(_scheduler.Events.Any(e => e.Type == EventType.Failure && e.Failure.AgentId.Equals(_agent.Id)));
        Fails(_master.Reactivate(_agent.Id!), 400, "Agent is not deactivated");
        Succeeds(_master.MarkGone(_agent.Id!));
    }

    [Test]
    public void Drain_OfADisconnectedAgent_ReachesItWhenItIsBack()
    {
        Launch("t");
        _agent.TakeLaunches();
        _agent.Disconnect();
        Succeeds(_master.Drain(_agent.Id!, graceSeconds: 1));
        _agent.Subscribe();
        Assert.That(_agent.Of(AgentEventType.Drain), Has.Count.EqualTo(1));
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(2), "the first offer and what the task left; none of the draining agent");
        _scheduler.Acknowledge(_agent.Update(_scheduler.Id!, "t", TaskState.TaskKilled));
        Assert.That(State(), Is.EqualTo(DrainState.Drained));
    }

    [Test]
    public void Drain_OfAnUnreachableAgent_ReachesItWhenItIsBack()
    {
        Launch("t");
        _agent.TakeLaunches();
        _master.Advance(TimeSpan.FromSeconds(91));
        Assert.That(_master.View.Agents, Is.Empty);
        Succeeds(_master.Drain(_agent.Id!));
        _agent.Subscribe();
        Assert.That(_agent.Of(AgentEventType.Drain), Has.Count.EqualTo(1));
        Assert.That(State(), Is.EqualTo(DrainState.Draining));
    }

    [Test]
    public void Drain_SurvivesARestartOfTheMaster()
    {
        Launch("t");
        _agent.TakeLaunches();
        Succeeds(_master.Drain(_agent.Id!, graceSeconds: 3));
        _master.Restart();
        _agent.Subscribe();
        _scheduler.Subscribe();
        Assert.That(_agent.Of(AgentEventType.Drain).Single().Drain.Config.MaxGracePeriod.Nanoseconds, Is.EqualTo(3_000_000_000));
        Assert.That(State(), Is.EqualTo(DrainState.Draining));
        Assert.That(_scheduler.Offers, Is.Empty);
        _scheduler.Acknowledge(_agent.Update(_scheduler.Id!, "t", TaskState.TaskKilled));
        Assert.That(State(), Is.EqualTo(DrainState.Drained));
        _master.Restart();
        _agent.Tasks.Clear();
        _agent.Subscribe();
        Assert.That(State(), Is.EqualTo(DrainState.Drained));
        Assert.That(_agent.Of(AgentEventType.Drain), Is.Empty, "it is drained and need not be told");
    }

    [Test]
    public void Drain_WhileTasksOfARemovedFrameworkEnd_WaitsForThem()
    {
        Launch("t");
        _agent.TakeLaunches();
        Succeeds(_master.Drain(_agent.Id!));
        _scheduler.Call(Mesos.V1.Scheduler.Call.Types.Type.Teardown);
        _master.Settle();
        Assert.That(State(), Is.EqualTo(DrainState.Draining), "the process may still run");
        _agent.Update(_scheduler.Id!, "t", TaskState.TaskKilled);
        Assert.That(State(), Is.EqualTo(DrainState.Drained));
    }

    [Test]
    public void Drain_OfAnAgentThatNeverSaysThatARemovedFrameworkIsGone_EndsAfterTheTimeForThat()
    {
        Launch("t");
        _agent.TakeLaunches();
        _scheduler.Call(Mesos.V1.Scheduler.Call.Types.Type.Teardown);
        Succeeds(_master.Drain(_agent.Id!));
        _master.Settle();
        Assert.That(State(), Is.EqualTo(DrainState.Draining));
        _master.Advance(MasterSettings.Default.FrameworkShutdownTimeout);
        Assert.That(State(), Is.EqualTo(DrainState.Drained));
    }

    [Test]
    public void Reactivate_WhileDraining_IsRefused()
    {
        Launch("t");
        Succeeds(_master.Drain(_agent.Id!));
        Fails(_master.Reactivate(_agent.Id!), 400, "Agent is still in the DRAINING state");
    }

    [Test]
    public void Reactivate_AfterDraining_BringsOffersAgain()
    {
        _master.Drain(_agent.Id!);
        _master.Settle();
        Succeeds(_master.Reactivate(_agent.Id!));
        _master.Settle();
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(2));
        Assert.That(_master.View.Agents[0].Drain, Is.Null);
        Fails(_master.Reactivate(_agent.Id!), 400, "Agent is not deactivated");
    }

    [Test]
    public void Reactivate_OfADisconnectedAgent_TakesEffectWhenItIsBack()
    {
        _master.Deactivate(_agent.Id!);
        _agent.Disconnect();
        Succeeds(_master.Reactivate(_agent.Id!));
        _master.Settle();
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(1));
        _agent.Subscribe();
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(2));
    }

    [Test]
    public void Reactivate_OfAnAgentThatIsNotThere_SaysSoAndCounts()
    {
        _master.Deactivate(_agent.Id!);
        _master.Restart();
        Fails(_master.Reactivate(_agent.Id!), 409, "Agent removed while processing the call");
        _agent.Subscribe();
        _scheduler.Subscribe();
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(1));
    }

    [Test]
    public void Deactivate_TakesOffersBackAndLeavesTasksAlone()
    {
        Launch("t");
        Succeeds(_master.Deactivate(_agent.Id!));
        Succeeds(_master.Deactivate(_agent.Id!));
        _master.Settle();
        Assert.That(_agent.Of(AgentEventType.Drain), Is.Empty);
        Assert.That(_master.View.OffersOut, Is.Zero);
        Assert.That(_master.View.Frameworks[0].Tasks, Has.Count.EqualTo(1));
        Assert.That((_master.View.Agents[0].Deactivated, _master.View.Agents[0].Drain), Is.EqualTo((true, (DrainInfo?)null)));
    }

    [Test]
    public void Calls_ForAnUnknownAgent_AreRefused()
    {
        var nobody = new AgentID { Value = "nope" };
        Fails(_master.Drain(nobody), 400, "Unknown agent");
        Fails(_master.Deactivate(nobody), 400, "Unknown agent");
        Fails(_master.Reactivate(nobody), 400, "Agent is not deactivated");
    }

    [Test]
    public void Drain_OfAnAgentThatCannot_IsRefused()
    {
        var old = new TestAgent(_master, "10.0.0.9").Subscribe();
        Fails(_master.Drain(old.Id!), 400, $"Agent {old.Id!.Value} is not capable of draining");
    }

    [Test]
    public void Drain_WithANegativeGrace_IsRefused() =>
        Fails(_master.Drain(_agent.Id!, graceSeconds: -1), 400, "'drain_agent.max_grace_period' must not be negative");

    [Test]
    public void Drain_OfAScheduledMachine_IsRefused()
    {
        Succeeds(_master.Schedule(Window(1, Machine("HOST-10.0.0.1", "10.0.0.1"))));
        Fails(_master.Drain(_agent.Id!), 400,
            $"Agent {_agent.Id!.Value} is part of a maintenance schedule under Machine host-10.0.0.1 (10.0.0.1)");
    }

    [Test]
    public void Drain_ThatIsCalledAgain_TakesTheNewGrace()
    {
        Launch("t");
        _master.Drain(_agent.Id!, graceSeconds: 60);
        _master.Drain(_agent.Id!, graceSeconds: 1);
        Assert.That(_agent.Of(AgentEventType.Drain)[^1].Drain.Config.MaxGracePeriod.Nanoseconds, Is.EqualTo(1_000_000_000));
    }

    private DrainState? State() => _master.View.Agents[0].Drain?.State;

    private void Launch(string task) => _scheduler.Accept(_scheduler.Offers[^1], TestScheduler.Task(_scheduler.Offers[^1], task));
}
