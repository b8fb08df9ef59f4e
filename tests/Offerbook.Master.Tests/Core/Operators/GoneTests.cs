using Mesos.V1;
using static Offerbook.Master.Tests.Core.Operators.OperatorScripts;
using AgentEventType = Offerbook.Wire.AgentProtocol.Event.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Master.Tests.Core.Operators;

/// <summary>MARK_AGENT_GONE (case 178) and what frameworks hear of it.</summary>
[Category("case 178")]
internal sealed class GoneTests : ClusterOfOneTests
{
    [Test]
    public void Gone_OfARegisteredAgent_EndsItsTasksForGood()
    {
        Launch("t");
        Succeeds(Master.MarkGone(Agent.Id!));
        var status = Scheduler.Updates[^1];
        Assert.That((status.State, status.Reason, status.HasUuid),
            Is.EqualTo((TaskState.TaskGoneByOperator, Reason.AgentRemovedByOperator, false)));
        Assert.That(Scheduler.Events.Count(e => e.Type == EventType.Failure), Is.EqualTo(1));
        Assert.That(Agent.Of(AgentEventType.Shutdown), Has.Count.EqualTo(1));
        Assert.That(Master.View.Agents, Is.Empty);
        Succeeds(Master.MarkGone(Agent.Id!));
        Agent.Subscribe();
        Assert.That(Agent.Of(AgentEventType.Shutdown), Has.Count.EqualTo(1), "the id is not taken again");
        Assert.That(Master.View.Agents, Is.Empty);
    }

    [Test]
    public void Gone_ForAFrameworkThatIsNotPartitionAware_LosesTheTask()
    {
        var plain = new TestScheduler(Master, TestScheduler.Framework("db")).Subscribe();
        Scheduler.Decline(Scheduler.Offers[0], 3600);
        plain.Accept(plain.Offers[0], TestScheduler.Task(plain.Offers[0], "t"));
        Master.MarkGone(Agent.Id!);
        Assert.That((plain.Updates[^1].State, plain.Updates[^1].Reason), Is.EqualTo((TaskState.TaskLost, Reason.AgentRemoved)));
    }

    [Test]
    public void Gone_OfAnUnreachableAgent_EndsTheTasksThatWereOutOfReach()
    {
        Launch("t");
        Master.Advance(TimeSpan.FromSeconds(91));
        Assert.That(Scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskUnreachable));
        Succeeds(Master.MarkGone(Agent.Id!));
        Assert.That(Scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskGoneByOperator));
        Assert.That(Master.View.UnreachableAgents, Is.Zero);
        var framework = Master.View.Frameworks[0];
        Assert.That((framework.UnreachableTasks.Count, framework.CompletedTasks.Single().State),
            Is.EqualTo((0, TaskState.TaskGoneByOperator)));
    }

    [Test]
    public void Gone_OfAnAwaitedAgent_EndsTheWait()
    {
        Master.Restart();
        Succeeds(Master.MarkGone(Agent.Id!));
        Assert.That(Master.View.RecoveredAgents, Is.Empty);
        Master.Restart();
        Succeeds(Master.MarkGone(Agent.Id!));
    }

    /// <summary>Seed 0x30e0c of the simulator: nobody could tell frameworks that the volumes on a replaced disk are gone.</summary>
    [Test]
    public void Gone_OfAnAgentWhosePlaceAnotherTook_IsToldToWhoeverAsks()
    {
        Launch("t");
        var replaced = Agent.Id!;
        var another = new TestAgent(Master).Subscribe();
        Assert.That(Scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskGone));
        Succeeds(Master.MarkGone(replaced));
        Scheduler.Reconcile(("volumes", replaced));
        Assert.That(Scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskGoneByOperator));
        Assert.That(Master.View.Agents.Single().Id.Value, Is.EqualTo(another.Id!.Value).And.Not.EqualTo(replaced.Value));
        Master.Restart();
        Succeeds(Master.MarkGone(replaced));
    }

    [Test]
    public void Gone_OfAnUnknownAgent_Is404() => Fails(Master.MarkGone(new AgentID { Value = "nope" }), 404, "Agent 'nope' not found");

    [Test]
    public void Reconcile_OfATaskOnAGoneAgent_SaysGoneByOperator()
    {
        Master.MarkGone(Agent.Id!);
        Scheduler.Reconcile(("t", Agent.Id));
        Assert.That((Scheduler.Updates[^1].State, Scheduler.Updates[^1].Message),
            Is.EqualTo((TaskState.TaskGoneByOperator, "Reconciliation: Task is gone")));
    }

    private void Launch(string task) => Scheduler.Accept(Scheduler.Offers[^1], TestScheduler.Task(Scheduler.Offers[^1], task));
}
