using Mesos.V1;
using AgentEventType = Offerbook.Wire.AgentProtocol.Event.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Tests.Core;

internal sealed class LaunchTests
{
    private MasterHarness _master = null!;
    private TestAgent _agent = null!;
    private TestScheduler _scheduler = null!;

    [SetUp]
    public void SetUp()
    {
        _master = new MasterHarness();
        _agent = new TestAgent(_master).Subscribe();
        _scheduler = new TestScheduler(_master).Subscribe();
    }

    [Test]
    public void Subscribe_WithAnAgent_GetsSubscribedThenHeartbeatThenTheWholeAgent()
    {
        Assert.That(_scheduler.Events.Select(e => e.Type),
            Is.EqualTo(new[] { EventType.Subscribed, EventType.Heartbeat, EventType.Offers }));
        var offer = _scheduler.Offers.Single();
        Assert.That(offer.Id.Value, Is.EqualTo(_master.Core.MasterId + "-O0"));
        Assert.That(offer.AllocationInfo.Role, Is.EqualTo("web"));
        Assert.That(offer.Url.Address.Ip, Is.EqualTo("10.0.0.1"));
        Assert.That(offer.Resources.Select(r => (r.Name, r.AllocationInfo.Role)),
            Is.EquivalentTo(new[] { ("cpus", "web"), ("mem", "web"), ("ports", "web") }));
    }

    [Test]
    public void Task_FromOfferToAcknowledgedEnd_IsKnownUntilTheAcknowledgement()
    {
        _scheduler.Accept(_scheduler.Offers[0], TestScheduler.Task(_scheduler.Offers[0], "t"));
        var launch = _agent.Of(AgentEventType.Launch).Single().Launch;
        Assert.That(launch.FrameworkInfo.Id, Is.EqualTo(_scheduler.Id));
        Assert.That(launch.Task.Resources.Select(r => r.AllocationInfo.Role), Is.All.EqualTo("web"));
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(2), "the rest of the agent is offered within milliseconds");

        var running = _agent.Update(_scheduler.Id!, "t", TaskState.TaskRunning);
        Assert.That(_scheduler.Updates.Single(), Is.EqualTo(running));
        _scheduler.Acknowledge(running);
        Assert.That(_agent.Of(AgentEventType.Acknowledge).Single().Acknowledge.Uuid, Is.EqualTo(running.Uuid));
        Assert.That(_master.View.Frameworks[0].Tasks.Single().State, Is.EqualTo(TaskState.TaskRunning));

        var finished = _agent.Update(_scheduler.Id!, "t", TaskState.TaskFinished);
        Assert.That(_master.View.Agents[0].Used, Is.Empty, "resources are free at the terminal state");
        Assert.That(_master.View.Frameworks[0].Tasks, Has.Length.EqualTo(1), "the task is held until acknowledged");
        _scheduler.Acknowledge(finished);
        Assert.That(_master.View.Frameworks[0].Tasks, Is.Empty);
        Assert.That(_master.View.Frameworks[0].CompletedTasks.Single().State, Is.EqualTo(TaskState.TaskFinished));
    }

    [Test]
    public void Accept_OfMoreThanTheOfferHolds_IsTaskErrorWithBothAmounts()
    {
        _scheduler.Accept(_scheduler.Offers[0], TestScheduler.Task(_scheduler.Offers[0], "t", cpus: 100_000));
        var status = _scheduler.Updates.Single();
        Assert.That((status.State, status.Source, status.Reason),
            Is.EqualTo((TaskState.TaskError, TaskStatus.Types.Source.Master, TaskStatus.Types.Reason.TaskInvalid)));
        Assert.That(status.Message, Is.EqualTo(
            "Total resources cpus(allocated: web):100000; mem(allocated: web):64 required by task and its executor is more than available "
            + "cpus(allocated: web):4; mem(allocated: web):4096; ports(allocated: web):[31000-31099]"));
        Assert.That(status.HasUuid, Is.False);
    }

    [Test]
    public void Accept_OfAStaleOffer_LosesTheTask()
    {
        var stale = _scheduler.Offers[0];
        _scheduler.Decline(stale, 0);
        var answer = _scheduler.Accept(stale, TestScheduler.Task(stale, "t"));
        Assert.That(answer.Status, Is.EqualTo(202));
        var status = _scheduler.Updates.Single();
        Assert.That(status.State, Is.EqualTo(TaskState.TaskLost));
        Assert.That(status.Reason, Is.EqualTo(TaskStatus.Types.Reason.InvalidOffers));
        Assert.That(status.Message, Is.EqualTo($"Task launched with invalid offers: Offer {stale.Id.Value} is no longer valid"));
    }

    [Test]
    public void Accept_OfAStaleOffer_DropsTheTaskOfAPartitionAwareFramework()
    {
        var aware = new TestScheduler(_master, TestScheduler.Framework("db", 0, FrameworkInfo.Types.Capability.Types.Type.PartitionAware))
            .Subscribe();
        var answer = aware.Accept([new OfferID { Value = "none" }], null, TestScheduler.Task(_scheduler.Offers[0], "t"));
        Assert.That(answer.Status, Is.EqualTo(202));
        Assert.That(aware.Updates.Single().State, Is.EqualTo(TaskState.TaskDropped));
    }

    /// <summary>Row 15 of the fault matrix: its sender had no answer, and said it once more.</summary>
    [Test]
    public void Accept_ThatCameTwice_LaunchesOnceAndDropsNothing()
    {
        var offer = _scheduler.Offers[0];
        _scheduler.Accept(offer, TestScheduler.Task(offer, "t"));
        Assert.That(_scheduler.Accept(offer, TestScheduler.Task(offer, "t")).Status, Is.EqualTo(202));
        Assert.That(_agent.Of(AgentEventType.Launch), Has.Count.EqualTo(1));
        Assert.That(_scheduler.Updates, Is.Empty);
    }

    [Test]
    public void Accept_ThatCameAgainWhenItsTaskWasOver_SaysNothing()
    {
        var offer = _scheduler.Offers[0];
        _scheduler.Accept(offer, TestScheduler.Task(offer, "t"));
        _scheduler.Acknowledge(_agent.Update(_scheduler.Id!, "t", TaskState.TaskFinished));
        Assert.That(_scheduler.Accept(offer, TestScheduler.Task(offer, "t")).Status, Is.EqualTo(202));
        Assert.That(_agent.Of(AgentEventType.Launch), Has.Count.EqualTo(1));
        Assert.That(_scheduler.Updates.Select(update => update.State), Is.EqualTo(new[] { TaskState.TaskFinished }));
    }

    [Test]
    public void Launch_WithOneBadTask_StartsTheOther()
    {
        var offer = _scheduler.Offers[0];
        var bad = TestScheduler.Task(offer, "a/b");
        _scheduler.Accept(offer, bad, TestScheduler.Task(offer, "good"));
        Assert.That(_scheduler.Updates.Single().TaskId.Value, Is.EqualTo("a/b"));
        Assert.That(_agent.Of(AgentEventType.Launch).Single().Launch.Task.TaskId.Value, Is.EqualTo("good"));
    }

    [Test]
    public void Launch_WithALiveTasksId_IsRefused()
    {
        _scheduler.Accept(_scheduler.Offers[0], TestScheduler.Task(_scheduler.Offers[0], "t"));
        _scheduler.Accept(_scheduler.Offers[1], TestScheduler.Task(_scheduler.Offers[1], "t"));
        Assert.That(_scheduler.Updates.Single().Message, Is.EqualTo("Task has duplicate ID: t"));
    }

    [Test]
    public void Decline_WithAFilter_OffersAgainWhenTheFilterEnds()
    {
        _scheduler.Decline(_scheduler.Offers[0], 60);
        _master.Advance(TimeSpan.FromSeconds(59));
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(1));
        _master.Advance(TimeSpan.FromSeconds(1.1));
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(2));
    }

    [Test]
    public void Revive_EndsALongFilter()
    {
        _scheduler.Decline(_scheduler.Offers[0], 3600);
        _scheduler.Call(Mesos.V1.Scheduler.Call.Types.Type.Revive);
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(2));
    }

    [Test]
    public void Suppress_StopsOffersUntilRevive()
    {
        _scheduler.Call(Mesos.V1.Scheduler.Call.Types.Type.Suppress);
        _scheduler.Decline(_scheduler.Offers[0], 0);
        _master.Advance(TimeSpan.FromMinutes(1));
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(1));
        _scheduler.Call(Mesos.V1.Scheduler.Call.Types.Type.Revive);
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(2));
    }

    [Test]
    public void Decline_OfAnothersOffer_LeavesIt()
    {
        var other = new TestScheduler(_master, TestScheduler.Framework("db")).Subscribe();
        other.Decline(_scheduler.Offers[0]);
        _scheduler.Accept(_scheduler.Offers[0], TestScheduler.Task(_scheduler.Offers[0], "t"));
        Assert.That(_agent.Of(AgentEventType.Launch), Has.Count.EqualTo(1));
    }

    [Test]
    public void LatestState_ThatIsTerminal_FreesResourcesBeforeTheFrameworkHearsOfIt()
    {
        _scheduler.Accept(_scheduler.Offers[0], TestScheduler.Task(_scheduler.Offers[0], "t"));
        _agent.Update(_scheduler.Id!, "t", TaskState.TaskStarting, latest: TaskState.TaskFailed);
        Assert.That(_scheduler.Updates.Single().State, Is.EqualTo(TaskState.TaskStarting));
        Assert.That(_master.View.Agents[0].Used, Is.Empty);
        _scheduler.Reconcile();
        Assert.That(_scheduler.Updates[^1].State, Is.EqualTo(TaskState.TaskStarting), "reconciliation answers what was forwarded");
    }

    [Test]
    public void State_NeverMovesBack()
    {
        _scheduler.Accept(_scheduler.Offers[0], TestScheduler.Task(_scheduler.Offers[0], "t"));
        _agent.Update(_scheduler.Id!, "t", TaskState.TaskRunning);
        _agent.Update(_scheduler.Id!, "t", TaskState.TaskStarting);
        Assert.That(_master.View.Frameworks[0].Tasks[0].State, Is.EqualTo(TaskState.TaskRunning));
    }
}
