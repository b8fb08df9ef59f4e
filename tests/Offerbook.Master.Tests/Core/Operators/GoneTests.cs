using Mesos.V1;
using static Offerbook.Master.Tests.Core.Operators.OperatorScripts;
using AgentEventType = Offerbook.Wire.AgentProtocol.Event.Types.Type;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Master.Tests.Core.Operators;

/// <summary>MARK_AGENT_GONE (case 178) and what frameworks hear of it.</summary>
[Category("case 178")]
internal sealed class GoneTests
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
    public void Gone_OfARegisteredAgent_EndsItsTasksForGood()
    {
        Launch("t");
        Succeeds(_master.MarkGone(_agent.Id!));
        var status = _scheduler.Updates[^1];
        Assert.That((status.State, status.Reason, status.HasUuid), Is.EqualTo((TaskState.TaskGoneByOperator, Reason.AgentRemovedByOperator, false)));
        Assert.That(_scheduler.Events.Count(e => e.Type == EventType.Failure), Is.EqualTo(1));
        Assert.That(_agent.Of(AgentEventType.Shutdown), Has.Count.EqualTo(1));
        Assert.That(_master.View.Agents, Is.Empty);
        Succeeds(_master.MarkGone(_agent.Id!));
        _agent.Subscribe();
        Assert.That(_agent.Of(AgentEventType.Shutdown), Has.Count.EqualTo(1), "the id is not taken again");
        Assert.That(_master.View.Agents, Is.Empty);
    }

    [Test]
    public void Gone_ForAFrameworkThatIsNotPartitionAware_LosesTheTask()
    {
        var plain = new TestScheduler(_master, TestScheduler.Framework("db")).Subscribe();
        _scheduler.Decline(_scheduler.Offers[0], 3600);
        plain.Accept(plain.Offers[0], TestScheduler.Task(plain.Offers[0], "t"));
        _master.MarkGone(_agent.Id!);
        Assert.That((plain.Updates[^1].State, plain.Updates[^1].Reason), Is.EqualTo((TaskState.TaskLost, Reason.AgentRemoved)));
    }

    [Test]
    public void Gone_OfAnUnreachableAgent_EndsTheTasksThatWereOutOfReach()
    {
        Launch("t");
        _master.Advance(TimeSpan.FromSeconds(91));
        Assert.That(_scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskUnreachable));
        Succeeds(_master.MarkGone(_agent.Id!));
        Assert.That(_scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskGoneByOperator));
        Assert.That(_master.View.UnreachableAgents, Is.Zero);
        var framework = _master.View.Frameworks[0];
        Assert.That((framework.UnreachableTasks.Count, framework.CompletedTasks.Single().State), Is.EqualTo((0, TaskState.TaskGoneByOperator)));
    }

    [Test]
    public void Gone_OfAnAwaitedAgent_EndsTheWait()
    {
        _master.Restart();
        Succeeds(_master.MarkGone(_agent.Id!));
        Assert.That(_master.View.RecoveredAgents, Is.Empty);
        _master.Restart();
        Succeeds(_master.MarkGone(_agent.Id!));
    }

    [Test]
    public void Gone_OfAnUnknownAgent_Is404() => Fails(_master.MarkGone(new AgentID { Value = "nope" }), 404, "Agent 'nope' not found");

    [Test]
    public void Reconcile_OfATaskOnAGoneAgent_SaysGoneByOperator()
    {
        _master.MarkGone(_agent.Id!);
        _scheduler.Reconcile(("t", _agent.Id));
        Assert.That((_scheduler.Updates[^1].State, _scheduler.Updates[^1].Message), Is.EqualTo((TaskState.TaskGoneByOperator, "Reconciliation: Task is gone")));
    }

    private void Launch(string task) => _scheduler.Accept(_scheduler.Offers[^1], TestScheduler.Task(_scheduler.Offers[^1], task));
}
