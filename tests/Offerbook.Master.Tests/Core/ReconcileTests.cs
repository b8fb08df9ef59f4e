using Mesos.V1;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;

namespace Offerbook.Master.Tests.Core;

internal sealed class ReconcileTests
{
    private MasterHarness _master = null!;
    private TestAgent _agent = null!;

    [SetUp]
    public void SetUp()
    {
        _master = new MasterHarness();
        _agent = new TestAgent(_master).Subscribe();
    }

    [Test]
    public void Implicit_AnswersLiveTasksWithTheForwardedState()
    {
        var scheduler = Subscribe();
        scheduler.Accept(scheduler.Offers[0], TestScheduler.Task(scheduler.Offers[0], "a"), TestScheduler.Task(scheduler.Offers[0], "b"));
        var done = _agent.Update(scheduler.Id!, "b", TaskState.TaskFinished);
        scheduler.Reconcile();
        var answers = scheduler.Updates.Skip(1).ToList();
        Assert.That(answers.Select(status => (status.TaskId.Value, status.State)),
            Is.EqualTo(new[] { ("a", TaskState.TaskStaging), ("b", TaskState.TaskFinished) }), "over but not acknowledged counts as live");
        Assert.That(answers, Has.All.Matches<TaskStatus>(status => status is
        {
            HasUuid: false, Message: "Reconciliation: Latest task state",
            Reason: TaskStatus.Types.Reason.Reconciliation, Source: TaskStatus.Types.Source.Master,
        }));
        scheduler.Acknowledge(done);
        scheduler.Reconcile();
        Assert.That(scheduler.Updates.Skip(3).Select(status => status.TaskId.Value), Is.EqualTo(new[] { "a" }));
    }

    /// <summary>
    /// Seed 0x7a311 of the simulator: what an agent had said on a connection that it gave up came through later, and with its next report
    /// a task ended once more that had been over and acknowledged.
    /// </summary>
    [Test]
    public void Report_ThatWasLongOnItsWay_IsForgottenWithTheNext()
    {
        var scheduler = Subscribe();
        scheduler.Accept(scheduler.Offers[0], TestScheduler.Task(scheduler.Offers[0], "a"));
        _agent.TakeLaunches();
        scheduler.Acknowledge(_agent.Update(scheduler.Id!, "a", TaskState.TaskKilled));
        var heard = scheduler.Updates.Count;
        _agent.Tasks[0].State = TaskState.TaskRunning;
        _agent.Subscribe();
        Assert.That(_master.View.Frameworks[0].Tasks, Has.Length.EqualTo(1), "it may be so");
        _agent.Tasks.Clear();
        _agent.Subscribe();
        Assert.That(_agent.Of(Wire.AgentProtocol.Event.Types.Type.Reconcile), Is.Empty);
        Assert.That((scheduler.Updates.Count, _master.View.Frameworks[0].Tasks.Length), Is.EqualTo((heard, 0)));
    }

    /// <summary>What the agent has spoken after is true, and a task of it that is missing later has got lost.</summary>
    [Test]
    public void Report_ThatTheAgentHasSpokenAfter_IsHeldAgainstTheNext()
    {
        var scheduler = Subscribe();
        scheduler.Accept(scheduler.Offers[0], TestScheduler.Task(scheduler.Offers[0], "a"));
        _agent.TakeLaunches();
        _master.Restart();
        scheduler.Subscribe();
        _agent.Subscribe();
        _agent.Pong();
        _agent.Tasks.Clear();
        _agent.Subscribe();
        Assert.That(_agent.Of(Wire.AgentProtocol.Event.Types.Type.Reconcile).Single().Reconcile.Tasks.Single().TaskId.Value,
            Is.EqualTo("a"));
    }

    [Test]
    public void Reconcile_OfManyTasks_IsOneAnswerAsOfTheQuestion()
    {
        var scheduler = Subscribe();
        var ids = Enumerable.Range(0, 40).Select(i => $"task-{i:d2}").ToList();
        scheduler.Accept(scheduler.Offers[0], [.. ids.Select(id => TestScheduler.Task(scheduler.Offers[0], id, 0.01, 1))]);
        scheduler.Reconcile();
        scheduler.Reconcile([.. ids.Select(id => (id, (AgentID?)null)), ("x", null)]);
        _agent.Update(scheduler.Id!, ids[0], TaskState.TaskRunning);
        var answers = _master.Sent.OfType<MasterEffect.SendAllToScheduler>()
            .Select(sent => sent.Events.Select(e => (e.Update.Status.TaskId.Value, e.Update.Status.State)).ToList()).ToList();
        var staging = ids.Select(id => (id, TaskState.TaskStaging)).ToList();
        Assert.That(answers, Has.Count.EqualTo(2));
        Assert.That(answers[0], Is.EqualTo(staging), "what became of a task since is told by its updates");
        Assert.That(answers[1], Is.EqualTo(staging.Append(("x", TaskState.TaskUnknown))));
    }

    [TestCase(true, TaskState.TaskUnknown)]
    [TestCase(false, TaskState.TaskLost)]
    public void Explicit_UnknownTask_OfNoAgent(bool partitionAware, TaskState state)
    {
        var scheduler = Subscribe(partitionAware);
        scheduler.Reconcile(("x", null));
        Assert.That((scheduler.Updates.Single().State, scheduler.Updates.Single().Message),
            Is.EqualTo((state, "Reconciliation: Task is unknown")));
    }

    [TestCase(true, TaskState.TaskGone)]
    [TestCase(false, TaskState.TaskLost)]
    public void Explicit_UnknownTask_OfAKnownAgent(bool partitionAware, TaskState state)
    {
        var scheduler = Subscribe(partitionAware);
        scheduler.Reconcile(("x", _agent.Id));
        Assert.That((scheduler.Updates.Single().State, scheduler.Updates.Single().AgentId), Is.EqualTo((state, _agent.Id)));
    }

    [Test]
    public void Explicit_KnownTask_WinsOverTheWrongAgent()
    {
        var scheduler = Subscribe();
        scheduler.Accept(scheduler.Offers[0], TestScheduler.Task(scheduler.Offers[0], "a"));
        scheduler.Reconcile(("a", new AgentID { Value = "other" }));
        Assert.That(scheduler.Updates.Single().State, Is.EqualTo(TaskState.TaskStaging));
    }

    [Test]
    public void Explicit_UnreachableTask_SaysSince()
    {
        var scheduler = Subscribe();
        scheduler.Accept(scheduler.Offers[0], TestScheduler.Task(scheduler.Offers[0], "a"));
        _master.Advance(TimeSpan.FromSeconds(91));
        scheduler.Reconcile(("a", null));
        Assert.That(scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskUnreachable));
        Assert.That(scheduler.Updates[^1].UnreachableTime, Is.EqualTo(scheduler.Updates[^2].UnreachableTime));
    }

    [Test]
    public void Kill_OfAnUnknownTask_IsAnsweredLikeReconciliation()
    {
        var scheduler = Subscribe();
        scheduler.Kill("x");
        Assert.That(scheduler.Updates.Single().State, Is.EqualTo(TaskState.TaskUnknown));
    }

    private TestScheduler Subscribe(bool partitionAware = true) => new TestScheduler(_master,
        partitionAware ? TestScheduler.Framework("web", 60, Capability.PartitionAware) : TestScheduler.Framework("web", 60)).Subscribe();
}
