using Mesos.V1;
using AgentEventType = Offerbook.Wire.AgentProtocol.Event.Types.Type;
using CallType = Mesos.V1.Scheduler.Call.Types.Type;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Tests.Core;

/// <summary>Agents registering, falling silent, returning; and what the tasks on them become.</summary>
internal sealed class AgentLifeTests : ClusterOfOneTests
{
    [Test]
    public void Ping_ThatIsAnswered_KeepsTheAgent()
    {
        for (var i = 0; i < 20; i++)
        {
            Master.Advance(TimeSpan.FromSeconds(15));
            Agent.Pong();
        }
        Assert.That(Agent.Of(AgentEventType.Ping), Has.Count.EqualTo(20));
        Assert.That(Master.View.Agents, Has.Length.EqualTo(1));
    }

    [Test]
    public void Silence_FiveMissedPings_MakesTheAgentAndItsTasksUnreachable()
    {
        Launch("t");
        Master.Advance(TimeSpan.FromSeconds(89));
        Assert.That(Master.View.Agents, Has.Length.EqualTo(1), "the fifth ping still has its time");
        Master.Advance(TimeSpan.FromSeconds(2));
        Assert.That(Master.View.Agents, Is.Empty);
        var status = Scheduler.Updates[^1];
        Assert.That((status.State, status.Reason, status.HasUuid),
            Is.EqualTo((TaskState.TaskUnreachable, TaskStatus.Types.Reason.AgentRemoved, false)));
        Assert.That(status.UnreachableTime, Is.Not.Null);
        Assert.That(Scheduler.Events.Single(e => e.Type == EventType.Failure).Failure.AgentId, Is.EqualTo(Agent.Id));
        Assert.That(Scheduler.Events.Count(e => e.Type == EventType.Rescind), Is.EqualTo(1));
        Assert.That(Master.View.Frameworks[0].UnreachableTasks.Single().State, Is.EqualTo(TaskState.TaskUnreachable));
    }

    [Test]
    public void Silence_ForAFrameworkThatIsNotPartitionAware_LosesTheTask()
    {
        var plain = new TestScheduler(Master, TestScheduler.Framework("db")).Subscribe();
        Scheduler.Decline(Scheduler.Offers[0], 3600);
        plain.Accept(plain.Offers[0], TestScheduler.Task(plain.Offers[0], "t"));
        Master.Advance(TimeSpan.FromSeconds(91));
        Assert.That(plain.Updates.Single().State, Is.EqualTo(TaskState.TaskLost));
    }

    [Test]
    public void Return_OfAnUnreachableAgent_BringsItsTasksBack()
    {
        Launch("t");
        Agent.TakeLaunches();
        Master.Advance(TimeSpan.FromSeconds(91));
        var id = Agent.Id;
        Agent.Subscribe();
        Assert.That(Agent.Id, Is.EqualTo(id));
        Assert.That(Master.View.Frameworks[0].Tasks.Single().State, Is.EqualTo(TaskState.TaskRunning));
        Assert.That(Master.View.Frameworks[0].UnreachableTasks, Is.Empty);
        Assert.That((Scheduler.Updates[^1].State, Scheduler.Updates[^1].Reason),
            Is.EqualTo((TaskState.TaskRunning, TaskStatus.Types.Reason.AgentReregistered)));
        Agent.Update(Scheduler.Id!, "t", TaskState.TaskFinished);
        Assert.That(Scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskFinished));
    }

    [Test]
    public void Return_WithoutATaskThatWasUnreachable_SaysThatItIsGone()
    {
        Launch("t");
        Master.Advance(TimeSpan.FromSeconds(91));
        Agent.Subscribe();
        Assert.That(Scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskGone));
        Assert.That(Master.View.Frameworks[0].UnreachableTasks, Is.Empty);
        Assert.That(Master.View.Frameworks[0].CompletedTasks.Single().State, Is.EqualTo(TaskState.TaskGone));
    }

    [Test]
    public void Disconnect_RescindsOffersAndKeepsTasks()
    {
        Launch("t");
        Agent.TakeLaunches();
        Agent.Disconnect();
        Assert.That(Scheduler.Events[^1].Type, Is.EqualTo(EventType.Rescind));
        Assert.That(Master.View.Frameworks[0].Tasks, Has.Length.EqualTo(1));
        Assert.That(Agent.Call(new Offerbook.Wire.AgentProtocol.Call { Type = Offerbook.Wire.AgentProtocol.Call.Types.Type.Pong }).Status,
            Is.EqualTo(403));
        Agent.Subscribe();
        Assert.That(Agent.Of(AgentEventType.Reconcile), Is.Empty);
        Assert.That(Scheduler.Offers[^1].Resources.Single(resource => resource.Name == "cpus").Scalar.Value, Is.EqualTo(3));
    }

    [Test]
    public void Resubscribe_OverALivingStream_ClosesTheOldOne()
    {
        var (old, oldId) = (Agent.Stream, Agent.StreamId);
        Agent.Subscribe();
        Assert.That(Master.Sent.OfType<MasterEffect.CloseStream>().Single().Stream, Is.EqualTo(old));
        Assert.That(oldId, Is.Not.EqualTo(Agent.StreamId));
        Master.Handle(new MasterMessage.ConnectionClosed(old));
        Assert.That(Master.View.Agents.Single().Connected, Is.True);
    }

    [Test]
    public void Launch_LostWithTheOldStream_IsAskedAboutAndEnds()
    {
        Launch("t");
        Agent.Subscribe();
        var entry = Agent.Of(AgentEventType.Reconcile).Single().Reconcile.Tasks.Single();
        Assert.That((entry.TaskId.Value, entry.PartitionAware), Is.EqualTo(("t", true)));
        Agent.Update(Scheduler.Id!, "t", TaskState.TaskDropped);
        Scheduler.Acknowledge(Scheduler.Updates[^1]);
        Assert.That(Master.View.Frameworks[0].Tasks, Is.Empty);
    }

    [TestCase(true, TaskState.TaskDropped)]
    [TestCase(false, TaskState.TaskLost)]
    public void Answer_NotAcknowledgedWhenItsAgentDies_IsAskedForAgain(bool partitionAware, TaskState state)
    {
        var scheduler = new TestScheduler(Master, partitionAware
            ? TestScheduler.Framework("asker", 60, Capability.PartitionAware)
            : TestScheduler.Framework("asker", 60)).Subscribe();
        Scheduler.Disconnect();
        Master.Settle();
        scheduler.Accept(scheduler.Offers[^1], TestScheduler.Task(scheduler.Offers[^1], "t"));
        Agent.Subscribe();
        var lost = Agent.Update(scheduler.Id!, "t", state);
        // Nothing of it is written down there.
        Agent.Subscribe();
        Assert.That(Agent.Of(AgentEventType.Reconcile).Single().Reconcile.Tasks.Single().TaskId.Value, Is.EqualTo("t"));
        var again = Agent.Update(scheduler.Id!, "t", state);
        Assert.That(scheduler.Updates.Select(status => status.Uuid), Is.EqualTo(new[] { lost.Uuid, again.Uuid }));
        scheduler.Acknowledge(again);
        Agent.Subscribe();
        Assert.That(Agent.Of(AgentEventType.Reconcile), Is.Empty);
    }

    [Test]
    public void Kill_WhileTheAgentIsAway_IsSentWhenItReturns()
    {
        Launch("t");
        Agent.TakeLaunches();
        Agent.Disconnect();
        Assert.That(Scheduler.Kill("t").Status, Is.EqualTo(202));
        Agent.Subscribe();
        Assert.That(Agent.Of(AgentEventType.Kill).Single().Kill.TaskId.Value, Is.EqualTo("t"));
        Agent.Disconnect();
        Agent.Subscribe();
        Assert.That(Agent.Of(AgentEventType.Kill), Is.Empty, "once is enough");
    }

    [Test]
    public void Framework_RemovedWhileTheAgentWasAway_IsShutDownThere()
    {
        Launch("t");
        Agent.TakeLaunches();
        Agent.Disconnect();
        Scheduler.Call(CallType.Teardown);
        Agent.Subscribe();
        var subscribed = Agent.Of(AgentEventType.Subscribed).Single().Subscribed;
        Assert.That(subscribed.CompletedFrameworkIds.Single(), Is.EqualTo(Scheduler.Id));
        Assert.That(Master.View.Agents.Single().Used, Is.Not.Empty, "the agent has not said that the task is gone");
        Agent.Update(Scheduler.Id!, "t", TaskState.TaskKilled);
        Assert.That(Master.View.Agents.Single().Used, Is.Empty);
    }

    [Test]
    public void Task_TerminalWhileAway_FreesItsResourcesOnReturn()
    {
        Launch("t");
        Agent.TakeLaunches();
        Agent.Disconnect();
        Agent.Tasks.Single().State = TaskState.TaskFailed;
        Agent.Subscribe();
        Assert.That(Master.View.Agents.Single().Used, Is.Empty);
        Assert.That(Master.View.Frameworks[0].Tasks.Single().State, Is.EqualTo(TaskState.TaskFailed));
    }

    [Test]
    public void Subscribe_AgainWithoutAnId_FromTheSamePlace_IsTheSameAgent()
    {
        var id = Agent.Id;
        Agent.Id = null;
        Agent.Subscribe();
        Assert.That(Agent.Id, Is.EqualTo(id), "the first answer was lost");
    }

    [Test]
    public void Subscribe_OfAClearedAgent_ReplacesTheOldOne()
    {
        Launch("t");
        var id = Agent.Id!.Value;
        Agent.Id = null;
        Agent.Subscribe();
        Assert.That(Agent.Id!.Value, Is.Not.EqualTo(id));
        Assert.That(Scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskGone));
        Agent.Id = new AgentID { Value = id };
        Agent.Subscribe();
        Assert.That(Agent.Events.Single().Type, Is.EqualTo(AgentEventType.Shutdown));
    }

    [Test]
    public void Leave_EndsTheAgentsTasks()
    {
        Launch("t");
        Agent.Call(new Offerbook.Wire.AgentProtocol.Call { Type = Offerbook.Wire.AgentProtocol.Call.Types.Type.Leave });
        Assert.That(Master.View.Agents, Is.Empty);
        Assert.That(Scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskGone));
    }

    [Test]
    public void Restart_AgentsReturnWithTasksOfFrameworksThatAreStillAway()
    {
        Launch("t");
        Agent.TakeLaunches();
        Master.Restart();
        Agent.Subscribe();
        var framework = Master.View.Frameworks.Single();
        Assert.That((framework.Recovered, framework.Tasks.Single().State), Is.EqualTo((true, TaskState.TaskRunning)));
        Assert.That(Master.View.RecoveredAgents, Is.Empty);
        Scheduler.Subscribe();
        Scheduler.Reconcile();
        Assert.That(Scheduler.Updates.Single().State, Is.EqualTo(TaskState.TaskRunning));
    }

    [Test]
    public void Restart_WithAnEmptyJournal_LearnsFrameworksFromAgents()
    {
        Launch("t");
        Agent.TakeLaunches();
        var other = new MasterHarness();
        var moved = new TestAgent(other) { Id = Agent.Id };
        moved.Tasks.AddRange(Agent.Tasks);
        moved.Frameworks[Scheduler.Id!.Value] = Agent.Frameworks.Values.Single();
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
        call.Subscribe.Frameworks.Add(
            new FrameworkInfo { User = "u", Name = "n", Id = new FrameworkID { Value = new string('x', 70_000) } });
        var connection = Master.NewConnection();
        Master.Handle(new MasterMessage.AgentCallReceived(connection, call, null, "10.0.0.9"));
        var answer = Master.Sent.OfType<MasterEffect.Answer>().Single(sent => sent.Connection == connection);
        Assert.That((answer.Status, answer.Text),
            Is.EqualTo((400,
                "Failed to validate agent Call: An id in 'subscribe.frameworks' cannot be: ID must not be greater than 255 characters")));
        Assert.That(Master.View.Frameworks, Has.Length.EqualTo(1));
    }

    [Test]
    public void Restart_AgentThatNeverReturns_IsUnreachableAfterTheTimeout()
    {
        var id = Agent.Id!;
        Master.Restart();
        Scheduler.Subscribe();
        Scheduler.Reconcile(("x", id));
        Assert.That(Scheduler.Updates, Is.Empty, "silence while the agent may return");
        Master.Advance(TimeSpan.FromMinutes(10));
        Assert.That(Scheduler.Events.Single(e => e.Type == EventType.Failure).Failure.AgentId, Is.EqualTo(id));
        Scheduler.Reconcile(("x", id));
        Assert.That(Scheduler.Updates.Single().State, Is.EqualTo(TaskState.TaskUnreachable));
    }

    [Test]
    public void Copy_OfATaskLaunchedAnew_IsKilledAndNotHeard()
    {
        Master = new MasterHarness(MasterSettings.Default with { MaxUnreachableTasksPerFramework = 0 });
        Agent = new TestAgent(Master).Subscribe();
        Scheduler = new TestScheduler(Master, TestScheduler.Framework("web", 3600)).Subscribe();
        Launch("t");
        Agent.TakeLaunches();
        Master.Advance(TimeSpan.FromSeconds(91));
        var second = new TestAgent(Master, "10.0.0.2").Subscribe();
        var offer = Scheduler.Offers[^1];
        Scheduler.Accept(offer, TestScheduler.Task(offer, "t"));
        Agent.Subscribe();
        Assert.That(Agent.Of(AgentEventType.Kill).Single().Kill.TaskId.Value, Is.EqualTo("t"));
        var heard = Scheduler.Updates.Count;
        Agent.Update(Scheduler.Id!, "t", TaskState.TaskKilled);
        Assert.That(Scheduler.Updates, Has.Count.EqualTo(heard));
        Assert.That(Agent.Of(AgentEventType.Acknowledge), Has.Count.EqualTo(1), "so that the old agent forgets it");
        Assert.That(Master.View.Frameworks[0].Tasks.Single().Agent.Value, Is.EqualTo(second.Id!.Value));
    }

    private void Launch(string id)
    {
        var offer = Scheduler.Offers[^1];
        Scheduler.Accept(offer, TestScheduler.Task(offer, id));
    }
}
