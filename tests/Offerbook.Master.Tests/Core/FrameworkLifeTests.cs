using Mesos.V1;
using AgentEventType = Offerbook.Wire.AgentProtocol.Event.Types.Type;
using CallType = Mesos.V1.Scheduler.Call.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Tests.Core;

/// <summary>Subscribing, failing over, going away, being torn down.</summary>
internal sealed class FrameworkLifeTests
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
    public void Subscribe_WithAnEmptyId_IsANewFramework()
    {
        var info = TestScheduler.Framework();
        info.Id = new FrameworkID { Value = "" };
        Assert.That(new TestScheduler(_master, info).Subscribe().Id!.Value, Is.EqualTo(_master.Core.MasterId + "-0000"));
    }

    [Test]
    public void Subscribe_WithAnUnknownId_KeepsIt()
    {
        var info = TestScheduler.Framework();
        info.Id = new FrameworkID { Value = "mine" };
        Assert.That(new TestScheduler(_master, info).Subscribe().Id!.Value, Is.EqualTo("mine"));
    }

    [Test]
    public void Subscribe_Twice_NewStreamWinsAndOffersMoveWithoutRescind()
    {
        var first = new TestScheduler(_master).Subscribe();
        var (oldStream, oldStreamId) = (first.Stream, first.StreamId);
        var offer = first.Offers[0];
        first.Subscribe();
        var old = _master.Sent.OfType<MasterEffect.SendToScheduler>().Where(sent => sent.Stream == oldStream).Select(sent => sent.Event)
            .ToList();
        Assert.That(old[^1].Error.Message, Is.EqualTo("Framework failed over"));
        Assert.That(old.Select(e => e.Type), Has.None.EqualTo(EventType.Rescind));
        Assert.That(_master.Sent.OfType<MasterEffect.CloseStream>().Single().Stream, Is.EqualTo(oldStream));
        Assert.That(first.Offers.Single().Id, Is.Not.EqualTo(offer.Id));
        var stale = _master.Call(new Mesos.V1.Scheduler.Call { Type = CallType.Revive, FrameworkId = first.Id }, oldStreamId);
        Assert.That(stale.Status, Is.EqualTo(400));
    }

    /// <summary>
    /// Whoever subscribes knows nothing of what was refused before: a REVIVE that was on its way when the old stream broke is lost.
    /// </summary>
    [Test]
    public void Subscribe_OverALivingStream_IsOfferedWhatWasRefused()
    {
        var scheduler = new TestScheduler(_master).Subscribe();
        scheduler.Decline(scheduler.Offers[0], refuseSeconds: 120);
        scheduler.Subscribe();
        Assert.That(scheduler.Offers, Has.Count.EqualTo(1));
    }

    [Test]
    public void Disconnect_WithoutFailoverTimeout_RemovesTheFrameworkAndItsTasks()
    {
        var scheduler = new TestScheduler(_master).Subscribe();
        scheduler.Accept(scheduler.Offers[0], TestScheduler.Task(scheduler.Offers[0], "t"));
        scheduler.Disconnect();
        Assert.That(_master.View.Frameworks, Is.Empty);
        var completed = _master.View.CompletedFrameworks.Single();
        Assert.That(completed.CompletedTasks.Single().State, Is.EqualTo(TaskState.TaskKilled));
        Assert.That(_agent.Of(AgentEventType.ShutdownFramework).Single().ShutdownFramework.FrameworkId, Is.EqualTo(scheduler.Id));
        _agent.Update(scheduler.Id!, "t", TaskState.TaskKilled);
        Assert.That(_master.View.Agents[0].Used, Is.Empty);
    }

    [Test]
    public void Resubscribe_AfterRemoval_IsRefusedOnTheStream()
    {
        var scheduler = new TestScheduler(_master).Subscribe();
        Assert.That(scheduler.Call(CallType.Teardown).Status, Is.EqualTo(202));
        Assert.That(scheduler.IsClosed, Is.True);
        Assert.That(scheduler.Events.Select(e => e.Type), Has.None.EqualTo(EventType.Error));
        scheduler.Subscribe();
        Assert.That(scheduler.Events.Single().Error.Message, Is.EqualTo("Framework has been removed"));
        Assert.That(scheduler.IsClosed, Is.True);
    }

    [Test]
    public void Resubscribe_WithinTheFailoverTimeout_KeepsTasksRunning()
    {
        var scheduler = new TestScheduler(_master, TestScheduler.Framework(failoverTimeout: 40)).Subscribe();
        scheduler.Accept(scheduler.Offers[0], TestScheduler.Task(scheduler.Offers[0], "t"));
        scheduler.Disconnect();
        _master.Advance(TimeSpan.FromSeconds(39));
        scheduler.Subscribe();
        _master.Advance(TimeSpan.FromSeconds(30));
        Assert.That(_master.View.Frameworks.Single().Tasks, Has.Length.EqualTo(1));
        Assert.That(scheduler.Offers, Has.Count.EqualTo(1), "the rest of the agent");
    }

    [Test]
    public void FailoverTimeout_OfHundredYears_IsTaken()
    {
        var scheduler = new TestScheduler(_master, TestScheduler.Framework(failoverTimeout: 3.1e9)).Subscribe();
        scheduler.Disconnect();
        _master.Advance(TimeSpan.FromDays(100));
        Assert.That(_master.View.Frameworks, Has.Length.EqualTo(1));
    }

    [TestCase(double.NaN)]
    [TestCase(1e300)]
    public void FailoverTimeout_ThatIsNoDuration_IsRefused(double seconds)
    {
        var scheduler = new TestScheduler(_master, TestScheduler.Framework(failoverTimeout: seconds)).Subscribe();
        Assert.That(scheduler.Events.Single().Type, Is.EqualTo(EventType.Error));
    }

    [Test]
    public void Principal_ThatChanges_IsRefused()
    {
        var info = TestScheduler.Framework(failoverTimeout: 60);
        info.Principal = "a";
        var scheduler = new TestScheduler(_master, info).Subscribe();
        info.Principal = "b";
        scheduler.Subscribe();
        Assert.That(scheduler.Events.Single().Error.Message, Is.EqualTo("Changing framework's principal is not allowed."));
    }

    [Test]
    public void Roles_Duplicated_AreRefused()
    {
        var info = TestScheduler.Framework("a");
        info.Roles.Add("a");
        var scheduler = new TestScheduler(_master, info).Subscribe();
        Assert.That(scheduler.Events.Single().Error.Message, Is.EqualTo("'FrameworkInfo.roles' contains duplicate items: { a }"));
    }

    [Test]
    public void Roles_NoneWithMultiRole_IsSubscribedWithoutOffers()
    {
        var info = TestScheduler.Framework();
        info.Roles.Clear();
        var scheduler = new TestScheduler(_master, info).Subscribe();
        Assert.That(scheduler.Events.Select(e => e.Type), Is.EqualTo(new[] { EventType.Subscribed, EventType.Heartbeat }));
    }

    [Test]
    public void Role_LeftOnResubscription_LosesItsOffers()
    {
        var scheduler = new TestScheduler(_master, TestScheduler.Framework("a", 60)).Subscribe();
        var update = new Mesos.V1.Scheduler.Call { Type = CallType.UpdateFramework,
            UpdateFramework = new() { FrameworkInfo = TestScheduler.Framework("b", 60) } };
        update.UpdateFramework.FrameworkInfo.Id = scheduler.Id;
        Assert.That(scheduler.Call(update).Status, Is.EqualTo(200));
        Assert.That(scheduler.Events.Single(e => e.Type == EventType.Rescind).Rescind.OfferId, Is.EqualTo(scheduler.Offers[0].Id));
        Assert.That(scheduler.Offers[^1].AllocationInfo.Role, Is.EqualTo("b"));
    }

    [Test]
    public void Suppressed_AtSubscription_GetsNoOffers()
    {
        var scheduler = new TestScheduler(_master).Subscribe("web");
        Assert.That(scheduler.Offers, Is.Empty);
        scheduler.Subscribe();
        Assert.That(scheduler.Offers, Has.Count.EqualTo(1));
    }

    [Test]
    public void Capabilities_Missing_GiveTheOldFormOfResources()
    {
        var info = new FrameworkInfo { User = "root", Name = "old" };
        var scheduler = new TestScheduler(_master, info).Subscribe();
        var offer = scheduler.Offers.Single();
        Assert.That(offer.AllocationInfo, Is.Null);
        Assert.That(offer.Resources, Has.All.Matches<Resource>(resource => resource is { AllocationInfo: null, HasRole: true, Role: "*" }));
        scheduler.Accept(offer, TestScheduler.Task(offer, "t"));
        Assert.That(_agent.Of(AgentEventType.Launch), Has.Count.EqualTo(1));
    }

    [Test]
    public void Heartbeats_ComeEvery15Seconds()
    {
        var scheduler = new TestScheduler(_master).Subscribe();
        _master.Advance(TimeSpan.FromSeconds(45));
        Assert.That(scheduler.Events.Count(e => e.Type == EventType.Heartbeat), Is.EqualTo(4));
        scheduler.Disconnect();
        var before = scheduler.Events.Count;
        _master.Advance(TimeSpan.FromSeconds(45));
        Assert.That(scheduler.Events, Has.Count.EqualTo(before));
    }

    [Test]
    public void Restart_KnowsFrameworksAndGivesThemTimeToReturn()
    {
        var scheduler = new TestScheduler(_master).Subscribe();
        _master.Restart();
        Assert.That(_master.View.Frameworks.Single().Recovered, Is.True);
        scheduler.Subscribe();
        Assert.That(_master.View.Frameworks.Single().Recovered, Is.False);
        Assert.That(new TestScheduler(_master).Subscribe().Id, Is.Not.EqualTo(scheduler.Id), "ids do not repeat over restarts");
    }

    [Test]
    public void Restart_OfAFrameworkThatNeverReturns_RemovesItInTheEnd()
    {
        new TestScheduler(_master, TestScheduler.Framework(failoverTimeout: 60)).Subscribe();
        _master.Restart();
        _master.Advance(TimeSpan.FromMinutes(10.9));
        Assert.That(_master.View.Frameworks, Has.Length.EqualTo(1));
        _master.Advance(TimeSpan.FromMinutes(0.2));
        Assert.That(_master.View.Frameworks, Is.Empty);
    }

    [Test]
    public void Restart_RemembersTheFailoverDeadlineOfAFrameworkThatWasAway()
    {
        var scheduler = new TestScheduler(_master, TestScheduler.Framework(failoverTimeout: 3600)).Subscribe();
        scheduler.Disconnect();
        _master.Advance(TimeSpan.FromMinutes(30));
        _master.Restart();
        _master.Advance(TimeSpan.FromMinutes(29));
        Assert.That(_master.View.Frameworks, Has.Length.EqualTo(1));
        _master.Advance(TimeSpan.FromMinutes(1));
        Assert.That(_master.View.Frameworks, Is.Empty);
    }

    [TestCase(55, 5, TestName = "Restart_ShortlyBeforeADeadline_DoesNotPutItOff")]
    [TestCase(90, 1, TestName = "Restart_AfterADeadlineThatNoMasterSaw_LeavesAMomentToReturn")]
    public void Restart_NearADeadline_KeepsIt(int awayMinutes, int leftMinutes)
    {
        var scheduler = new TestScheduler(_master, TestScheduler.Framework(failoverTimeout: 3600)).Subscribe();
        scheduler.Disconnect();
        _master.Restart(downtime: TimeSpan.FromMinutes(awayMinutes));
        _master.Advance(TimeSpan.FromMinutes(leftMinutes) - TimeSpan.FromSeconds(1));
        Assert.That(_master.View.Frameworks, Has.Length.EqualTo(1));
        _master.Advance(TimeSpan.FromSeconds(2));
        Assert.That(_master.View.Frameworks, Is.Empty);
    }

    [Test]
    public void Restart_OneAfterTheOther_DoesNotPutOffTheEndOfAFrameworkThatNeverReturns()
    {
        new TestScheduler(_master, TestScheduler.Framework(failoverTimeout: 3600)).Subscribe();
        for (var i = 0; i < 3; i++)
        {
            _master.Restart();
            _master.CheckFold();
            _master.Advance(TimeSpan.FromMinutes(20));
        }
        Assert.That(_master.View.Frameworks, Has.Length.EqualTo(1), "the first restart gave it ten minutes and its hour");
        _master.Restart();
        _master.Advance(TimeSpan.FromMinutes(10));
        Assert.That(_master.View.Frameworks, Is.Empty);
    }

    [Test]
    public void Restart_RemembersRemovedFrameworks_AlsoFromASnapshot()
    {
        _master = new MasterHarness(MasterSettings.Default with { SnapshotInterval = 2 });
        var scheduler = new TestScheduler(_master).Subscribe();
        scheduler.Call(CallType.Teardown);
        new TestScheduler(_master).Subscribe();
        _master.Restart();
        scheduler.Subscribe();
        Assert.That(scheduler.Events.Single().Error.Message, Is.EqualTo("Framework has been removed"));
    }

    [Test]
    public void CompletedFrameworks_AreBounded()
    {
        _master = new MasterHarness(MasterSettings.Default with { MaxCompletedFrameworks = 2 });
        for (var i = 0; i < 4; i++)
        {
            new TestScheduler(_master).Subscribe().Call(CallType.Teardown);
        }
        Assert.That(_master.View.CompletedFrameworks, Has.Length.EqualTo(2));
    }

    [Test]
    public void OperatorTeardown_OfAnUnknownFramework_IsRefused()
    {
        var call = new Mesos.V1.Master.Call { Type = Mesos.V1.Master.Call.Types.Type.Teardown,
            Teardown = new() { FrameworkId = new FrameworkID { Value = "no" } } };
        Assert.That(_master.Operate(call),
            Is.EqualTo(new MasterEffect.Answer(default, 400, "No framework found with specified ID")).Using<MasterEffect.Answer>(
            (left, right) => (left.Status, left.Text) == (right.Status, right.Text)));
        var scheduler = new TestScheduler(_master).Subscribe();
        call.Teardown.FrameworkId = scheduler.Id;
        Assert.That(_master.Operate(call).Status, Is.EqualTo(200));
        Assert.That(scheduler.IsClosed, Is.True);
    }

    [Test]
    public void TwoFrameworks_ShareByDominantResource()
    {
        _ = new TestAgent(_master, "10.0.0.2").Subscribe();
        var first = new TestScheduler(_master, TestScheduler.Framework("a")).Subscribe();
        var second = new TestScheduler(_master, TestScheduler.Framework("b")).Subscribe();
        Assert.That((first.Offers.Count, second.Offers.Count), Is.EqualTo((2, 0)));
        foreach (var offer in first.Offers.ToList())
        {
            first.Decline(offer, 60);
        }
        Assert.That(second.Offers, Has.Count.EqualTo(2));
    }
}
