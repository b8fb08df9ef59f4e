using Mesos.V1;
using AgentEventType = Offerbook.Wire.AgentProtocol.Event.Types.Type;
using CallType = Mesos.V1.Scheduler.Call.Types.Type;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Tests.Core;

/// <summary>Agents registering, falling silent, returning; and what the tasks on them become.</summary>
internal sealed class AgentLifeTests
{
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
    public void Ping_ThatIsAnswered_KeepsTheAgent()
    {
        for (var i = 0; i < 20; i++)
        {
            _master.Advance(TimeSpan.FromSeconds(15));
            _agent.Pong();
        }
        Assert.That(_agent.Of(AgentEventType.Ping), Has.Count.EqualTo(20));
        Assert.That(_master.View.Agents, Has.Length.EqualTo(1));
    }

    [Test]
    public void Silence_FiveMissedPings_MakesTheAgentAndItsTasksUnreachable()
    {
        Launch("t");
        _master.Advance(TimeSpan.FromSeconds(89));
        Assert.That(_master.View.Agents, Has.Length.EqualTo(1), "the fifth ping still has its time");
        _master.Advance(TimeSpan.FromSeconds(2));
        Assert.That(_master.View.Agents, Is.Empty);
        var status = _scheduler.Updates[^1];
        Assert.That((status.State, status.Reason, status.HasUuid), Is.EqualTo((TaskState.TaskUnreachable, TaskStatus.Types.Reason.AgentRemoved, false)));
        Assert.That(status.UnreachableTime, Is.Not.Null);
        Assert.That(_scheduler.Events.Single(e => e.Type == EventType.Failure).Failure.AgentId, Is.EqualTo(_agent.Id));
        Assert.That(_scheduler.Events.Count(e => e.Type == EventType.Rescind), Is.EqualTo(1));
        Assert.That(_master.View.Frameworks[0].UnreachableTasks.Single().State, Is.EqualTo(TaskState.TaskUnreachable));
    }

    [Test]
    public void Silence_ForAFrameworkThatIsNotPartitionAware_LosesTheTask()
    {
        var plain = new TestScheduler(_master, TestScheduler.Framework("db")).Subscribe();
        _scheduler.Decline(_scheduler.Offers[0], 3600);
        plain.Accept(plain.Offers[0], TestScheduler.Task(plain.Offers[0], "t"));
        _master.Advance(TimeSpan.FromSeconds(91));
        Assert.That(plain.Updates.Single().State, Is.EqualTo(TaskState.TaskLost));
    }

    [Test]
    public void Return_OfAnUnreachableAgent_BringsItsTasksBack()
    {
        Launch("t");
        _agent.TakeLaunches();
        _master.Advance(TimeSpan.FromSeconds(91));
        var id = _agent.Id;
        _agent.Subscribe();
        Assert.That(_agent.Id, Is.EqualTo(id));
        Assert.That(_master.View.Frameworks[0].Tasks.Single().State, Is.EqualTo(TaskState.TaskRunning));
        Assert.That(_master.View.Frameworks[0].UnreachableTasks, Is.Empty);
        Assert.That((_scheduler.Updates[^1].State, _scheduler.Updates[^1].Reason), Is.EqualTo((TaskState.TaskRunning, TaskStatus.Types.Reason.AgentReregistered)));
        _agent.Update(_scheduler.Id!, "t", TaskState.TaskFinished);
        Assert.That(_scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskFinished));
    }

    [Test]
    public void Return_WithoutATaskThatWasUnreachable_SaysThatItIsGone()
    {
        Launch("t");
        _master.Advance(TimeSpan.FromSeconds(91));
        _agent.Subscribe();
        Assert.That(_scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskGone));
        Assert.That(_master.View.Frameworks[0].UnreachableTasks, Is.Empty);
        Assert.That(_master.View.Frameworks[0].CompletedTasks.Single().State, Is.EqualTo(TaskState.TaskGone));
    }

    [Test]
    public void Disconnect_RescindsOffersAndKeepsTasks()
    {
        Launch("t");
        _agent.TakeLaunches();
        _agent.Disconnect();
        Assert.That(_scheduler.Events[^1].Type, Is.EqualTo(EventType.Rescind));
        Assert.That(_master.View.Frameworks[0].Tasks, Has.Length.EqualTo(1));
        Assert.That(_agent.Call(new Offerbook.Wire.AgentProtocol.Call { Type = Offerbook.Wire.AgentProtocol.Call.Types.Type.Pong }).Status, Is.EqualTo(403));
        _agent.Subscribe();
        Assert.That(_agent.Of(AgentEventType.Reconcile), Is.Empty);
        Assert.That(_scheduler.Offers[^1].Resources.Single(resource => resource.Name == "cpus").Scalar.Value, Is.EqualTo(3));
    }

    [Test]
    public void Resubscribe_OverALivingStream_ClosesTheOldOne()
    {
        var (old, oldId) = (_agent.Stream, _agent.StreamId);
        _agent.Subscribe();
        Assert.That(_master.Sent.OfType<MasterEffect.CloseStream>().Single().Stream, Is.EqualTo(old));
        Assert.That(oldId, Is.Not.EqualTo(_agent.StreamId));
        _master.Handle(new MasterMessage.ConnectionClosed(old));
        Assert.That(_master.View.Agents.Single().Connected, Is.True);
    }

    [Test]
    public void Launch_LostWithTheOldStream_IsAskedAboutAndEnds()
    {
        Launch("t");
        _agent.Subscribe();
        var entry = _agent.Of(AgentEventType.Reconcile).Single().Reconcile.Tasks.Single();
        Assert.That((entry.TaskId.Value, entry.PartitionAware), Is.EqualTo(("t", true)));
        _agent.Update(_scheduler.Id!, "t", TaskState.TaskDropped);
        _scheduler.Acknowledge(_scheduler.Updates[^1]);
        Assert.That(_master.View.Frameworks[0].Tasks, Is.Empty);
    }

    [TestCase(true, TaskState.TaskDropped)]
    [TestCase(false, TaskState.TaskLost)]
    public void Answer_NotAcknowledgedWhenItsAgentDies_IsAskedForAgain(bool partitionAware, TaskState state)
    {
        var scheduler = new TestScheduler(_master, partitionAware
            ? TestScheduler.Framework("asker", 60, Capability.PartitionAware)
            : TestScheduler.Framework("asker", 60)).Subscribe();
        _scheduler.Disconnect();
        _master.Settle();
        scheduler.Accept(scheduler.Offers[^1], TestScheduler.Task(scheduler.Offers[^1], "t"));
        _agent.Subscribe();
        var lost = _agent.Update(scheduler.Id!, "t", state);
        // Nothing of it is written down there.
        _agent.Subscribe();
        Assert.That(_agent.Of(AgentEventType.Reconcile).Single().Reconcile.Tasks.Single().TaskId.Value, Is.EqualTo("t"));
        var again = _agent.Update(scheduler.Id!, "t", state);
        Assert.That(scheduler.Updates.Select(status => status.Uuid), Is.EqualTo(new[] { lost.Uuid, again.Uuid }));
        scheduler.Acknowledge(again);
        _agent.Subscribe();
        Assert.That(_agent.Of(AgentEventType.Reconcile), Is.Empty);
    }

    [Test]
    public void Kill_WhileTheAgentIsAway_IsSentWhenItReturns()
    {
        Launch("t");
        _agent.TakeLaunches();
        _agent.Disconnect();
        Assert.That(_scheduler.Kill("t").Status, Is.EqualTo(202));
        _agent.Subscribe();
        Assert.That(_agent.Of(AgentEventType.Kill).Single().Kill.TaskId.Value, Is.EqualTo("t"));
        _agent.Disconnect();
        _agent.Subscribe();
        Assert.That(_agent.Of(AgentEventType.Kill), Is.Empty, "once is enough");
    }

    [Test]
    public void Framework_RemovedWhileTheAgentWasAway_IsShutDownThere()
    {
        Launch("t");
        _agent.TakeLaunches();
        _agent.Disconnect();
        _scheduler.Call(CallType.Teardown);
        _agent.Subscribe();
        var subscribed = _agent.Of(AgentEventType.Subscribed).Single().Subscribed;
        Assert.That(subscribed.CompletedFrameworkIds.Single(), Is.EqualTo(_scheduler.Id));
        Assert.That(_master.View.Agents.Single().Used, Is.Not.Empty, "the agent has not said that the task is gone");
        _agent.Update(_scheduler.Id!, "t", TaskState.TaskKilled);
        Assert.That(_master.View.Agents.Single().Used, Is.Empty);
    }

    [Test]
    public void Task_TerminalWhileAway_FreesItsResourcesOnReturn()
    {
        Launch("t");
        _agent.TakeLaunches();
        _agent.Disconnect();
        _agent.Tasks.Single().State = TaskState.TaskFailed;
        _agent.Subscribe();
        Assert.That(_master.View.Agents.Single().Used, Is.Empty);
        Assert.That(_master.View.Frameworks[0].Tasks.Single().State, Is.EqualTo(TaskState.TaskFailed));
    }

    [Test]
    public void Subscribe_AgainWithoutAnId_FromTheSamePlace_IsTheSameAgent()
    {
        var id = _agent.Id;
        _agent.Id = null;
        _agent.Subscribe();
        Assert.That(_agent.Id, Is.EqualTo(id), "the first answer was lost");
    }

    [Test]
    public void Subscribe_OfAClearedAgent_ReplacesTheOldOne()
    {
        Launch("t");
        var id = _agent.Id!.Value;
        _agent.Id = null;
        _agent.Subscribe();
        Assert.That(_agent.Id!.Value, Is.Not.EqualTo(id));
        Assert.That(_scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskGone));
        _agent.Id = new AgentID { Value = id };
        _agent.Subscribe();
        Assert.That(_agent.Events.Single().Type, Is.EqualTo(AgentEventType.Shutdown));
    }

    [Test]
    public void Leave_EndsTheAgentsTasks()
    {
        Launch("t");
        _agent.Call(new Offerbook.Wire.AgentProtocol.Call { Type = Offerbook.Wire.AgentProtocol.Call.Types.Type.Leave });
        Assert.That(_master.View.Agents, Is.Empty);
        Assert.That(_scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskGone));
    }

    [Test]
    public void Restart_AgentsReturnWithTasksOfFrameworksThatAreStillAway()
    {
        Launch("t");
        _agent.TakeLaunches();
        _master.Restart();
        _agent.Subscribe();
        var framework = _master.View.Frameworks.Single();
        Assert.That((framework.Recovered, framework.Tasks.Single().State), Is.EqualTo((true, TaskState.TaskRunning)));
        Assert.That(_master.View.RecoveredAgents, Is.Empty);
        _scheduler.Subscribe();
        _scheduler.Reconcile();
        Assert.That(_scheduler.Updates.Single().State, Is.EqualTo(TaskState.TaskRunning));
    }

    [Test]
    public void Restart_WithAnEmptyJournal_LearnsFrameworksFromAgents()
    {
        Launch("t");
        _agent.TakeLaunches();
        var other = new MasterHarness();
        var moved = new TestAgent(other) { Id = _agent.Id };
        moved.Tasks.AddRange(_agent.Tasks);
        moved.Frameworks[_scheduler.Id!.Value] = _agent.Frameworks.Values.Single();
        moved.Subscribe();
        Assert.That(other.View.Frameworks.Single().Recovered, Is.True);
        other.Restart();
        Assert.That(other.View.Frameworks, Has.Length.EqualTo(1), "what was learnt is journalled");
    }

    [Test]
    public void Subscribe_WithIdsThatNobodyMayHave_IsRefused()
    {
        var call = new Offerbook.Wire.AgentProtocol.Call
        {
            Type = Offerbook.Wire.AgentProtocol.Call.Types.Type.Subscribe,
            Subscribe = new() { AgentInfo = new AgentInfo { Hostname = "other" }, Version = "1", BootId = "boot" },
        };
        call.Subscribe.Frameworks.Add(new FrameworkInfo { User = "u", Name = "n", Id = new FrameworkID { Value = new string('x', 70_000) } });
        var connection = _master.NewConnection();
        _master.Handle(new MasterMessage.AgentCallReceived(connection, call, null, "10.0.0.9"));
        var answer = _master.Sent.OfType<MasterEffect.Answer>().Single(sent => sent.Connection == connection);
        Assert.That((answer.Status, answer.Text), Is.EqualTo((400, "Failed to validate agent Call: An id in 'subscribe.frameworks' cannot be: ID must not be greater than 255 characters")));
        Assert.That(_master.View.Frameworks, Has.Length.EqualTo(1));
    }

    [Test]
    public void Restart_AgentThatNeverReturns_IsUnreachableAfterTheTimeout()
    {
        var id = _agent.Id!;
        _master.Restart();
        _scheduler.Subscribe();
        _scheduler.Reconcile(("x", id));
        Assert.That(_scheduler.Updates, Is.Empty, "silence while the agent may return");
        _master.Advance(TimeSpan.FromMinutes(10));
        Assert.That(_scheduler.Events.Single(e => e.Type == EventType.Failure).Failure.AgentId, Is.EqualTo(id));
        _scheduler.Reconcile(("x", id));
        Assert.That(_scheduler.Updates.Single().State, Is.EqualTo(TaskState.TaskUnreachable));
    }

    [Test]
    public void Copy_OfATaskLaunchedAnew_IsKilledAndNotHeard()
    {
        _master = new MasterHarness(MasterSettings.Default with { MaxUnreachableTasksPerFramework = 0 });
        _agent = new TestAgent(_master).Subscribe();
        _scheduler = new TestScheduler(_master, TestScheduler.Framework("web", 3600)).Subscribe();
        Launch("t");
        _agent.TakeLaunches();
        _master.Advance(TimeSpan.FromSeconds(91));
        var second = new TestAgent(_master, "10.0.0.2").Subscribe();
        var offer = _scheduler.Offers[^1];
        _scheduler.Accept(offer, TestScheduler.Task(offer, "t"));
        _agent.Subscribe();
        Assert.That(_agent.Of(AgentEventType.Kill).Single().Kill.TaskId.Value, Is.EqualTo("t"));
        var heard = _scheduler.Updates.Count;
        _agent.Update(_scheduler.Id!, "t", TaskState.TaskKilled);
        Assert.That(_scheduler.Updates, Has.Count.EqualTo(heard));
        Assert.That(_agent.Of(AgentEventType.Acknowledge), Has.Count.EqualTo(1), "so that the old agent forgets it");
        Assert.That(_master.View.Frameworks[0].Tasks.Single().Agent.Value, Is.EqualTo(second.Id!.Value));
    }

    private void Launch(string id)
    {
        var offer = _scheduler.Offers[^1];
        _scheduler.Accept(offer, TestScheduler.Task(offer, id));
    }
}
