using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Wire.Identity;
using Type = Mesos.V1.Master.Event.Types.Type;

namespace Offerbook.Master.Tests.Core;

/// <summary>The operators' event stream, as the core decides it. Case 175.</summary>
[Category("case 175")]
internal sealed class OperatorStreamTests
{
    private MasterHarness _master = null!;

    [SetUp]
    public void SetUp() => _master = new MasterHarness();

    [Test]
    public void Subscribe_OpensWithTheStateOfThatMoment()
    {
        var agent = new TestAgent(_master).Subscribe();
        var stream = Subscribe();
        var open = Opened(stream);
        Assert.That(open.View.Agents.Select(a => a.Id.Value), Is.EqualTo(new[] { agent.Id!.Value }));
        Assert.That(Events, Is.Empty, "what the snapshot holds is not told again");
    }

    [Test]
    public void Subscribe_ManyAtOnce_ShareOneView()
    {
        var streams = Enumerable.Range(0, 5).Select(_ => Request()).ToList();
        _master.Settle();
        Assert.That(_master.Sent.OfType<MasterEffect.OpenOperatorStreams>().Single().Connections, Is.EqualTo(streams));
    }

    [Test]
    public void Events_BetweenRequestAndOpening_AreInTheViewOnly()
    {
        Request();
        new TestAgent(_master).Subscribe();
        Assert.That(_master.Sent.OfType<MasterEffect.OpenOperatorStreams>().Single().View.Agents, Has.Length.EqualTo(1));
        Assert.That(Events, Is.Empty);
    }

    [Test]
    public void Task_IsAddedBeforeItIsUpdated_AndUpdatedOncePerState()
    {
        Subscribe();
        var (agent, scheduler) = Launch("t");
        agent.Update(scheduler.Id!, "t", TaskState.TaskStarting);
        agent.Update(scheduler.Id!, "t", TaskState.TaskRunning);
        agent.Update(scheduler.Id!, "t", TaskState.TaskRunning);
        agent.Update(scheduler.Id!, "t", TaskState.TaskFinished);
        Assert.That(Told(Type.TaskAdded, Type.TaskUpdated).Select(e => (e.Type, e.TaskUpdated?.State)), Is.EqualTo(new (Type, TaskState?)[]
        {
            (Type.TaskAdded, null), (Type.TaskUpdated, TaskState.TaskStarting), (Type.TaskUpdated, TaskState.TaskRunning),
            (Type.TaskUpdated, TaskState.TaskFinished),
        }));
        Assert.That(Told(Type.TaskAdded).Single().TaskAdded.Task.State, Is.EqualTo(TaskState.TaskStaging));
    }

    [Test]
    public void Status_OfACheck_IsToldThoughTheStateIsTheSame()
    {
        Subscribe();
        var (agent, scheduler) = Launch("t");
        agent.Update(scheduler.Id!, "t", TaskState.TaskRunning);
        foreach (var healthy in (ReadOnlySpan<bool>)[true, false, true])
        {
            agent.Report(scheduler.Id!, new TaskStatus
            {
                TaskId = new TaskID { Value = "t" },
                State = TaskState.TaskRunning,
                Healthy = healthy,
                Reason = TaskStatus.Types.Reason.TaskHealthCheckStatusUpdated,
                Uuid = Google.Protobuf.ByteString.CopyFrom(Guid.NewGuid().ToByteArray()),
            }, TaskState.TaskRunning);
        }
        Assert.That(Told(Type.TaskUpdated).Skip(1).Select(e => e.TaskUpdated.Status.Healthy), Is.EqualTo(new[] { true, false, true }));
    }

    [Test]
    public void Agent_ComingAndBecomingUnreachable_IsTold()
    {
        Subscribe();
        var agent = new TestAgent(_master).Subscribe();
        var added = Told(Type.AgentAdded).Single().AgentAdded.Agent;
        Assert.That(added.AgentInfo.Id, Is.EqualTo(agent.Id));
        Assert.That(added.TotalResources, Is.Not.Empty);
        Assert.That(added.AllocatedResources, Is.Empty);
        agent.Disconnect();
        Assert.That(Told(Type.AgentRemoved), Is.Empty, "a broken stream is no removal");
        _master.Advance(TimeSpan.FromSeconds(100));
        Assert.That(Told(Type.AgentRemoved).Single().AgentRemoved.AgentId, Is.EqualTo(agent.Id));
        agent.Subscribe();
        Assert.That(Told(Type.AgentAdded), Has.Count.EqualTo(2), "back from unreachable");
    }

    [Test]
    public void Agent_ThatReturnsWhileItIsDrained_IsToldSo()
    {
        Subscribe();
        var agent = new TestAgent(_master) { Drains = true }.Subscribe();
        var first = Told(Type.AgentAdded).Single().AgentAdded.Agent;
        Assert.That((first.Active, first.Deactivated, first.DrainInfo), Is.EqualTo((true, false, (DrainInfo?)null)));
        agent.Disconnect();
        _master.Advance(TimeSpan.FromSeconds(100));
        Operators.OperatorScripts.Succeeds(Operators.OperatorScripts.Drain(_master, agent.Id!));
        agent.Subscribe();
        var again = Told(Type.AgentAdded)[^1].AgentAdded.Agent;
        Assert.That((again.Active, again.Deactivated, again.DrainInfo?.State), Is.EqualTo((false, true, (DrainState?)DrainState.Draining)));
        Assert.That(again.EstimatedDrainStartTime, Is.Not.Null);
    }

    [Test]
    public void Tasks_OfAnAgentThatReturnsFromUnreachable_AreAddedAgain()
    {
        Subscribe();
        var (agent, scheduler) = Launch("t");
        agent.TakeLaunches();
        agent.Update(scheduler.Id!, "t", TaskState.TaskRunning);
        agent.Disconnect();
        _master.Advance(TimeSpan.FromSeconds(100));
        agent.Subscribe();
        Assert.That(Told(Type.TaskAdded, Type.TaskUpdated).Select(e => e.Type), Is.EqualTo(new[]
        {
            Type.TaskAdded, Type.TaskUpdated, Type.TaskUpdated, Type.TaskAdded,
        }), "launched, running, lost, learnt again");
    }

    [Test]
    public void Framework_AddedUpdatedRemoved_IsTold()
    {
        Subscribe();
        var scheduler = new TestScheduler(_master, TestScheduler.Framework("web", 60)).Subscribe();
        scheduler.Disconnect();
        scheduler.Subscribe();
        scheduler.Call(Mesos.V1.Scheduler.Call.Types.Type.Teardown);
        Assert.That(Told(Type.FrameworkAdded, Type.FrameworkUpdated, Type.FrameworkRemoved).Select(e => e.Type),
            Is.EqualTo(new[] { Type.FrameworkAdded, Type.FrameworkUpdated, Type.FrameworkRemoved }));
        var added = Told(Type.FrameworkAdded).Single().FrameworkAdded.Framework;
        Assert.That((added.Active, added.Connected, added.Recovered, added.UnregisteredTime.Nanoseconds, added.Offers.Count),
            Is.EqualTo((true, true, false, 0L, 0)));
        Assert.That(Told(Type.FrameworkRemoved).Single().FrameworkRemoved.FrameworkInfo.Id, Is.EqualTo(scheduler.Id));
    }

    [Test]
    public void Teardown_KillsTasksBeforeTheFrameworkIsRemoved()
    {
        Subscribe();
        var (_, scheduler) = Launch("t");
        scheduler.Call(Mesos.V1.Scheduler.Call.Types.Type.Teardown);
        Assert.That(Told(Type.TaskUpdated, Type.FrameworkRemoved).Select(e => e.Type),
            Is.EqualTo(new[] { Type.TaskUpdated, Type.FrameworkRemoved }));
    }

    [Test]
    public void Heartbeat_ComesEveryIntervalOnEachStream()
    {
        var first = Subscribe();
        _master.Advance(TimeSpan.FromSeconds(10));
        var second = Subscribe();
        _master.Advance(TimeSpan.FromSeconds(4.5));
        Assert.That(Beats(first), Is.Zero, "the first comes with the snapshot");
        _master.Advance(TimeSpan.FromSeconds(1));
        Assert.That((Beats(first), Beats(second)), Is.EqualTo((1, 0)));
        _master.Advance(TimeSpan.FromSeconds(30));
        Assert.That((Beats(first), Beats(second)), Is.EqualTo((3, 2)));
    }

    [Test]
    public void Stream_ThatItsReaderLeft_GetsNothingMore()
    {
        var stream = Subscribe();
        _master.Handle(new MasterMessage.ConnectionClosed(stream));
        new TestAgent(_master).Subscribe();
        _master.Advance(TimeSpan.FromSeconds(60));
        Assert.That(Beats(stream), Is.Zero);
        Assert.That(Events, Is.Empty, "events nobody reads are not made");
    }

    [Test]
    public void Subscribers_BeyondTheLimit_CloseTheOldestStream()
    {
        _master = new MasterHarness(MasterSettings.Default with { MaxOperatorEventStreamSubscribers = 2 });
        var streams = new List<ConnectionId> { Subscribe(), Subscribe(), Subscribe() };
        Assert.That(Closed, Is.EqualTo(streams.Take(1)));
        streams.Add(Subscribe());
        Assert.That(Closed, Is.EqualTo(streams.Take(2)));
        _master.Advance(TimeSpan.FromSeconds(15));
        Assert.That(streams.Select(Beats), Is.EqualTo(new[] { 0, 0, 1, 1 }));
    }

    private IReadOnlyList<ConnectionId> Closed => _master.Sent.OfType<MasterEffect.CloseStream>().Select(close => close.Stream).ToList();

    private IReadOnlyList<Mesos.V1.Master.Event> Events =>
        _master.Sent.OfType<MasterEffect.SendToOperators>().SelectMany(sent => sent.Events).ToList();

    private IReadOnlyList<Mesos.V1.Master.Event> Told(params Type[] types) => Events.Where(e => types.Contains(e.Type)).ToList();

    private int Beats(ConnectionId stream) => _master.Sent.OfType<MasterEffect.HeartbeatOperator>().Count(beat => beat.Stream == stream);

    private MasterEffect.OpenOperatorStreams Opened(ConnectionId stream) =>
        _master.Sent.OfType<MasterEffect.OpenOperatorStreams>().Single(open => open.Connections.Contains(stream));

    private ConnectionId Request()
    {
        var stream = _master.NewConnection();
        _master.Handle(new MasterMessage.OperatorStreamRequested(stream));
        return stream;
    }

    private ConnectionId Subscribe()
    {
        var stream = Request();
        _master.Settle();
        return stream;
    }

    private (TestAgent Agent, TestScheduler Scheduler) Launch(string task)
    {
        var agent = new TestAgent(_master).Subscribe();
        var scheduler = new TestScheduler(_master,
            TestScheduler.Framework("web", 60, FrameworkInfo.Types.Capability.Types.Type.PartitionAware)).Subscribe();
        scheduler.Accept(scheduler.Offers[^1], TestScheduler.Task(scheduler.Offers[^1], task));
        return (agent, scheduler);
    }
}
