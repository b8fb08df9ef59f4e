using Mesos.V1;
using Offerbook.Master.Tests.Core.Operators;
using AgentCallType = Offerbook.Wire.AgentProtocol.Call.Types.Type;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using Reason = Mesos.V1.TaskStatus.Types.Reason;
using Type = Mesos.V1.Master.Event.Types.Type;

namespace Offerbook.Master.Tests.Core;

/// <summary>
/// A task whose agent has said, when it returned, that the task is over, and is lost before it could report the end. Its framework
/// and the operators who follow must not wait for a report that never comes.
/// </summary>
internal sealed class UntoldEndTests
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
        _master.Handle(new MasterMessage.OperatorStreamRequested(_master.NewConnection()));
        _master.Settle();
        _scheduler.Accept(_scheduler.Offers[^1], TestScheduler.Task(_scheduler.Offers[^1], "t"));
        _agent.TakeLaunches();
        _agent.Update(_scheduler.Id!, "t", TaskState.TaskRunning);
    }

    private IReadOnlyList<TaskState> ToldToOperators => _master.Sent.OfType<MasterEffect.SendToOperators>().SelectMany(sent => sent.Events)
        .Where(told => told.Type == Type.TaskUpdated).Select(told => told.TaskUpdated.Status.State).ToList();

    [Test]
    public void Agent_MarkedUnreachable_TakesTheEndOutOfReach()
    {
        ReturnWith(TaskState.TaskFinished);
        _master.Advance(TimeSpan.FromSeconds(91));
        Assert.That((_scheduler.Updates[^1].State, _scheduler.Updates[^1].Reason), Is.EqualTo((TaskState.TaskUnreachable, Reason.AgentRemoved)));
        Assert.That(ToldToOperators, Is.EqualTo(new[] { TaskState.TaskRunning, TaskState.TaskUnreachable }));
        Assert.That(_master.View.Frameworks[0].UnreachableTasks.Single().State, Is.EqualTo(TaskState.TaskFinished), "what is known stays known");
        _agent.Subscribe();
        Assert.That(_master.View.Frameworks[0].UnreachableTasks, Is.Empty);
        _agent.Update(_scheduler.Id!, "t", TaskState.TaskFinished);
        Assert.That(_scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskFinished));
    }

    [Test]
    public void Agent_MarkedGone_IsToldInPlaceOfTheEnd()
    {
        ReturnWith(TaskState.TaskFailed);
        _master.MarkGone(_agent.Id!);
        Assert.That(_scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskGoneByOperator));
        Assert.That(ToldToOperators[^1], Is.EqualTo(TaskState.TaskGoneByOperator));
        Assert.That(_master.View.Frameworks[0].CompletedTasks.Single().State, Is.EqualTo(TaskState.TaskFailed));
    }

    [Test]
    public void Agent_ThatLeaves_IsToldInPlaceOfTheEnd()
    {
        ReturnWith(TaskState.TaskFailed);
        _agent.Call(new Offerbook.Wire.AgentProtocol.Call { Type = AgentCallType.Leave });
        Assert.That(_scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskGone));
        Assert.That(ToldToOperators[^1], Is.EqualTo(TaskState.TaskGone));
    }

    [Test]
    public void Agent_ThatForgotTheTask_IsToldInPlaceOfTheEnd()
    {
        ReturnWith(TaskState.TaskFailed);
        _agent.Tasks.Clear();
        _agent.Disconnect();
        _agent.Subscribe();
        Assert.That((_scheduler.Updates[^1].State, _scheduler.Updates[^1].Reason), Is.EqualTo((TaskState.TaskGone, Reason.Reconciliation)));
        Assert.That(ToldToOperators[^1], Is.EqualTo(TaskState.TaskGone));
        Assert.That(_master.View.Frameworks[0].Tasks, Is.Empty);
    }

    [Test]
    public void End_ThatWasToldAndNotAcknowledged_IsNotTakenBack()
    {
        _agent.Update(_scheduler.Id!, "t", TaskState.TaskFinished);
        _master.Advance(TimeSpan.FromSeconds(91));
        Assert.That(_scheduler.Updates.Select(update => update.State), Is.EqualTo(new[] { TaskState.TaskRunning, TaskState.TaskFinished }));
        Assert.That(ToldToOperators, Is.EqualTo(new[] { TaskState.TaskRunning, TaskState.TaskFinished }));
        Assert.That(_master.View.Frameworks[0].CompletedTasks.Single().State, Is.EqualTo(TaskState.TaskFinished));
    }

    private void ReturnWith(TaskState state)
    {
        _agent.Disconnect();
        _agent.Tasks.Single().State = state;
        _agent.Subscribe();
        Assert.That(_master.View.Frameworks[0].Tasks.Single().State, Is.EqualTo(state));
    }
}
