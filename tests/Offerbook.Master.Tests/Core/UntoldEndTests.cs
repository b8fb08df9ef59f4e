using Mesos.V1;
using Offerbook.Master.Tests.Core.Operators;
using AgentCallType = Offerbook.Wire.AgentProtocol.Call.Types.Type;
using Reason = Mesos.V1.TaskStatus.Types.Reason;
using Type = Mesos.V1.Master.Event.Types.Type;

namespace Offerbook.Master.Tests.Core;

/// <summary>
/// A task whose agent has said, when it returned, that the task is over, and is lost before it could report the end. Its framework
/// and the operators who follow must not wait for a report that never comes.
/// </summary>
internal sealed class UntoldEndTests : ClusterOfOneTests
{
    [SetUp]
    public void SetUp()
    {
        Master.Handle(new MasterMessage.OperatorStreamRequested(Master.NewConnection()));
        Master.Settle();
        Scheduler.Accept(Scheduler.Offers[^1], TestScheduler.Task(Scheduler.Offers[^1], "t"));
        Agent.TakeLaunches();
        Agent.Update(Scheduler.Id!, "t", TaskState.TaskRunning);
    }

    private IReadOnlyList<TaskState> ToldToOperators => Master.Sent.OfType<MasterEffect.SendToOperators>().SelectMany(sent => sent.Events)
        .Where(told => told.Type == Type.TaskUpdated).Select(told => told.TaskUpdated.Status.State).ToList();

    [Test]
    public void Agent_MarkedUnreachable_TakesTheEndOutOfReach()
    {
        ReturnWith(TaskState.TaskFinished);
        Master.Advance(TimeSpan.FromSeconds(91));
        Assert.That((Scheduler.Updates[^1].State, Scheduler.Updates[^1].Reason),
            Is.EqualTo((TaskState.TaskUnreachable, Reason.AgentRemoved)));
        Assert.That(ToldToOperators, Is.EqualTo(new[] { TaskState.TaskRunning, TaskState.TaskUnreachable }));
        Assert.That(Master.View.Frameworks[0].UnreachableTasks.Single().State, Is.EqualTo(TaskState.TaskFinished),
            "what is known stays known");
        Agent.Subscribe();
        Assert.That(Master.View.Frameworks[0].UnreachableTasks, Is.Empty);
        Agent.Update(Scheduler.Id!, "t", TaskState.TaskFinished);
        Assert.That(Scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskFinished));
    }

    [Test]
    public void Agent_MarkedGone_IsToldInPlaceOfTheEnd()
    {
        ReturnWith(TaskState.TaskFailed);
        Master.MarkGone(Agent.Id!);
        Assert.That(Scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskGoneByOperator));
        Assert.That(ToldToOperators[^1], Is.EqualTo(TaskState.TaskGoneByOperator));
        Assert.That(Master.View.Frameworks[0].CompletedTasks.Single().State, Is.EqualTo(TaskState.TaskFailed));
    }

    [Test]
    public void Agent_ThatLeaves_IsToldInPlaceOfTheEnd()
    {
        ReturnWith(TaskState.TaskFailed);
        Agent.Call(new Offerbook.Wire.AgentProtocol.Call { Type = AgentCallType.Leave });
        Assert.That(Scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskGone));
        Assert.That(ToldToOperators[^1], Is.EqualTo(TaskState.TaskGone));
    }

    [Test]
    public void Agent_ThatForgotTheTask_IsToldInPlaceOfTheEnd()
    {
        ReturnWith(TaskState.TaskFailed);
        Agent.Tasks.Clear();
        Agent.Disconnect();
        Agent.Subscribe();
        Assert.That((Scheduler.Updates[^1].State, Scheduler.Updates[^1].Reason), Is.EqualTo((TaskState.TaskGone, Reason.Reconciliation)));
        Assert.That(ToldToOperators[^1], Is.EqualTo(TaskState.TaskGone));
        Assert.That(Master.View.Frameworks[0].Tasks, Is.Empty);
    }

    [Test]
    public void End_ThatWasToldAndNotAcknowledged_IsNotTakenBack()
    {
        Agent.Update(Scheduler.Id!, "t", TaskState.TaskFinished);
        Master.Advance(TimeSpan.FromSeconds(91));
        Assert.That(Scheduler.Updates.Select(update => update.State), Is.EqualTo(new[] { TaskState.TaskRunning, TaskState.TaskFinished }));
        Assert.That(ToldToOperators, Is.EqualTo(new[] { TaskState.TaskRunning, TaskState.TaskFinished }));
        Assert.That(Master.View.Frameworks[0].CompletedTasks.Single().State, Is.EqualTo(TaskState.TaskFinished));
    }

    private void ReturnWith(TaskState state)
    {
        Agent.Disconnect();
        Agent.Tasks.Single().State = state;
        Agent.Subscribe();
        Assert.That(Master.View.Frameworks[0].Tasks.Single().State, Is.EqualTo(state));
    }
}
