using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Actors;
using Offerbook.Client.Scheduling;
using Offerbook.Wire.Identity;

namespace Offerbook.Client.Tests.Scheduling;

[TestFixture]
internal sealed class SubscriptionKeeperTests
{
    private static readonly FrameworkId Id = new("m-0001");

    private readonly Effects _effects = new();
    private SubscriptionKeeper _keeper = null!;
    private TimeSpan _elapsed;

    private Now Now => new(_elapsed, DateTimeOffset.UnixEpoch + _elapsed);

    [SetUp]
    public void SetUp()
    {
        _effects.Clear();
        _elapsed = TimeSpan.Zero;
        _keeper = NewKeeper();
    }

    [Test]
    public void Start_WithoutAnId_SubscribesAsANewFramework()
    {
        _keeper.Start(Now, _effects);

        var open = Taken<OpenSubscription>().Single();
        Assert.That(open.Subscription, Is.EqualTo(1));
        Assert.That(open.Subscribe.Type, Is.EqualTo(Call.Types.Type.Subscribe));
        Assert.That(open.Subscribe.FrameworkId, Is.Null);
        Assert.That(open.Subscribe.Subscribe.FrameworkInfo.Id, Is.Null);
    }

    [Test]
    public void Start_WithARestoredId_NamesItInBothPlaces()
    {
        _keeper.Restore(Id);
        _keeper.Start(Now, _effects);

        var call = Taken<OpenSubscription>().Single().Subscribe;
        Assert.That(call.FrameworkId.Value, Is.EqualTo(Id.Value));
        Assert.That(call.Subscribe.FrameworkInfo.Id.Value, Is.EqualTo(Id.Value));
    }

    [Test]
    public void Subscribed_FirstTime_IsNew_AndAgainIsNot()
    {
        Assert.That(Subscribe(), Is.EqualTo(new SubscriptionNews.Subscribed(Id, true, SubscribedEvent().Subscribed)));
        Assert.That(_keeper.Id, Is.EqualTo(Id));

        End("gone");
        ElapseBackoff();
        Assert.That(Receive(SubscribedEvent()), Is.InstanceOf<SubscriptionNews.Subscribed>().With.Property("IsNew").False);
    }

    [Test]
    public void Event_OfAnOlderSubscription_IsIgnored()
    {
        Subscribe();
        End("gone");
        ElapseBackoff();

        var late = new SchedulerSignal.EventReceived(1, Rescind("o1"));
        Assert.That(_keeper.Receive(late, Now, _effects), Is.Null);
        Assert.That(_keeper.IsSubscribed, Is.False);
    }

    [Test]
    public void Event_BeforeSubscribed_IsIgnored()
    {
        _keeper.Start(Now, _effects);
        Assert.That(Receive(Rescind("o1")), Is.Null);
        Receive(SubscribedEvent());
        Assert.That(Receive(Rescind("o1")), Is.InstanceOf<SubscriptionNews.EventArrived>());
    }

    [Test]
    public void Failures_InARow_WaitLongerUpToTheLongest_InTheUpperHalf()
    {
        _keeper.Start(Now, _effects);
        foreach (var expectedMs in new[] { 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000 })
        {
            Taken<IEffect>();
            End("refused");
            var wait = Taken<StartTimer>().Single().After.TotalMilliseconds;
            Assert.That(wait, Is.InRange(expectedMs / 2.0, expectedMs));
            ElapseBackoff();
        }
    }

    [Test]
    public void Subscription_ThatBreaksAtOnce_DoesNotResetTheBackoff_ButOneThatHeldDoes()
    {
        Subscribe();
        for (var i = 0; i < 8; i++)
        {
            End("flapping");
            ElapseBackoff();
            Receive(SubscribedEvent());
        }
        Taken<IEffect>();
        End("flapping");
        Assert.That(Taken<StartTimer>().Single().After.TotalSeconds, Is.InRange(2.5, 5));

        ElapseBackoff();
        Receive(SubscribedEvent());
        _elapsed += TimeSpan.FromSeconds(5);
        Taken<IEffect>();
        End("after a while");
        Assert.That(Taken<StartTimer>().Single().After.TotalMilliseconds, Is.InRange(50, 100));
    }

    [Test]
    public void Silence_OfFiveHeartbeats_GivesTheSubscriptionUp()
    {
        Subscribe();
        var watch = (SubscriptionTimer)Taken<StartTimer>().Last().Message;

        _elapsed = TimeSpan.FromSeconds(60);
        Receive(new Event { Type = Event.Types.Type.Heartbeat });
        _elapsed = TimeSpan.FromSeconds(75);
        Assert.That(_keeper.Elapse(watch, Now, _effects), Is.Null);
        Assert.That(Taken<StartTimer>().Single().After, Is.EqualTo(TimeSpan.FromSeconds(60)));

        _elapsed = TimeSpan.FromSeconds(135);
        Assert.That(_keeper.Elapse(watch, Now, _effects), Is.InstanceOf<SubscriptionNews.Disconnected>());
        Assert.That(Taken<CloseSubscription>().Single().Subscription, Is.EqualTo(1));
    }

    [Test]
    public void Subscribe_ThatIsNeverAnswered_IsGivenUp()
    {
        _keeper.Start(Now, _effects);
        var watch = Taken<StartTimer>().Single();
        _elapsed += watch.After;
        Assert.That(_keeper.Elapse((SubscriptionTimer)watch.Message, Now, _effects), Is.InstanceOf<SubscriptionNews.Disconnected>());
    }

    [Test]
    public void Error_FrameworkRemoved_SubscribesAsANewFramework()
    {
        _keeper.Restore(Id);
        _keeper.Start(Now, _effects);
        var news = Receive(Error("Framework has been removed"));
        Assert.That(news, Is.EqualTo(new SubscriptionNews.Refused(Refusal.FrameworkRemoved, "Framework has been removed")));

        Taken<IEffect>();
        ElapseBackoff();
        Assert.That(Taken<OpenSubscription>().Single().Subscribe.FrameworkId, Is.Null);
        Assert.That(Receive(SubscribedEvent()), Is.InstanceOf<SubscriptionNews.Subscribed>().With.Property("IsNew").True);
    }

    [Test]
    public void Error_FailedOver_KeepsTheIdAndWaitsLong()
    {
        Subscribe();
        Taken<IEffect>();
        Assert.That(Receive(Error("Framework failed over")),
            Is.EqualTo(new SubscriptionNews.Refused(Refusal.Superseded, "Framework failed over")));
        Assert.That(Taken<StartTimer>().Single().After.TotalSeconds, Is.InRange(2.5, 5));
        Assert.That(_keeper.Id, Is.EqualTo(Id));
    }

    [TestCase(400, "Failed to validate scheduler::Call: Expecting 'kill' to be present", true)]
    [TestCase(400, "The stream ID 'a' included in this request didn't match the stream ID currently associated with framework ID b", false)]
    [TestCase(400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header", false)]
    [TestCase(400, "Framework cannot be found", false)]
    [TestCase(403, "Framework is not subscribed", false)]
    [TestCase(503, "Master has not finished recovery", false)]
    [TestCase(null, "connection reset", false)]
    public void Call_ThatFailed_EndsTheSubscriptionUnlessItWasWrong(int? status, string reason, bool goesOn)
    {
        Subscribe();
        var call = SchedulerCalls.Suppress(["batch"]);
        var news = _keeper.Receive(new SchedulerSignal.CallFailed(1, call, status, reason), Now, _effects);
        Assert.That(_keeper.IsSubscribed, Is.EqualTo(goesOn));
        Assert.That(news, goesOn ? Is.InstanceOf<SubscriptionNews.CallRefused>() : Is.InstanceOf<SubscriptionNews.Disconnected>());
    }

    [Test]
    public void Send_WhileNotSubscribed_EmitsNothing()
    {
        _keeper.Start(Now, _effects);
        Assert.That(_keeper.Kill(new TaskId("t"), null, null, _effects), Is.False);
        Assert.That(Taken<CallMaster>(), Is.Empty);

        Receive(SubscribedEvent());
        Assert.That(_keeper.Kill(new TaskId("t"), new AgentId("a"), TimeSpan.FromSeconds(3), _effects), Is.True);
        var kill = Taken<CallMaster>().Single();
        Assert.That(kill.Subscription, Is.EqualTo(1));
        Assert.That(kill.Call.FrameworkId.Value, Is.EqualTo(Id.Value));
        Assert.That(kill.Call.Kill.KillPolicy.GracePeriod.Nanoseconds, Is.EqualTo(3_000_000_000));
    }

    [Test]
    public void Suppression_ChangedWhileSubscribing_IsAnnouncedOnceSubscribed()
    {
        _keeper.Start(Now, _effects);
        _keeper.Suppress(_effects);
        Assert.That(Taken<CallMaster>(), Is.Empty);

        Receive(SubscribedEvent());
        Assert.That(Taken<CallMaster>().Single().Call.Suppress.Roles, Is.EqualTo(new[] { "batch" }));

        End("gone");
        ElapseBackoff();
        Assert.That(Taken<OpenSubscription>().Single().Subscribe.Subscribe.SuppressedRoles, Is.EqualTo(new[] { "batch" }));
        Receive(SubscribedEvent());
        Assert.That(Taken<CallMaster>(), Is.Empty);

        _keeper.Revive(_effects);
        Assert.That(Taken<CallMaster>().Single().Call.Type, Is.EqualTo(Call.Types.Type.Revive));
        Assert.That(_keeper.SuppressedRoles, Is.Empty);
    }

    [Test]
    public void AddRoles_WhileSubscribed_SubscribesAnewWithThem()
    {
        Subscribe();
        Taken<IEffect>();
        _keeper.AddRoles(["batch"], Now, _effects);
        Assert.That(Taken<OpenSubscription>(), Is.Empty, "nothing new");

        _keeper.AddRoles(["dev", "batch"], Now, _effects);
        var open = Taken<OpenSubscription>().Single();
        Assert.That(open.Subscription, Is.EqualTo(2));
        Assert.That(open.Subscribe.Subscribe.FrameworkInfo.Roles, Is.EqualTo(new[] { "batch", "dev" }));
        Assert.That(_keeper.IsSubscribed, Is.False);
    }

    [Test]
    public void Acknowledge_AnUpdateWithoutUuid_SendsNothing()
    {
        Subscribe();
        Taken<IEffect>();
        var status = new Mesos.V1.TaskStatus { TaskId = new TaskID { Value = "t" }, AgentId = new AgentID { Value = "a" },
            State = TaskState.TaskRunning };
        Assert.That(_keeper.Acknowledge(status, _effects), Is.True);
        Assert.That(Taken<CallMaster>(), Is.Empty);

        status.Uuid = Google.Protobuf.ByteString.CopyFrom(new byte[16]);
        _keeper.Acknowledge(status, _effects);
        Assert.That(Taken<CallMaster>().Single().Call.Acknowledge.Uuid.Length, Is.EqualTo(16));
    }

    [Test]
    public void Reconcile_ManyTasks_IsSplit_AndNoneAsksNothing()
    {
        Subscribe();
        Taken<IEffect>();
        _keeper.Reconcile([], _effects);
        Assert.That(Taken<CallMaster>(), Is.Empty);

        _keeper.Reconcile(Enumerable.Range(0, 2_500).Select(i => (new TaskId("t" + i), (AgentId?)null)), _effects);
        Assert.That(Taken<CallMaster>().Select(c => c.Call.Reconcile.Tasks.Count), Is.EqualTo(new[] { 1_000, 1_000, 500 }));
    }

    [Test]
    public void Stop_ThenStart_OpensANewSubscription_AndOldTimersDoNothing()
    {
        Subscribe();
        var watch = (SubscriptionTimer)Taken<StartTimer>().Last().Message;
        _keeper.Stop(_effects);
        Assert.That(Taken<CloseSubscription>().Single().Subscription, Is.EqualTo(1));
        Assert.That(_keeper.Elapse(watch, Now, _effects), Is.Null);

        _keeper.Start(Now, _effects);
        Assert.That(Taken<OpenSubscription>().Single().Subscription, Is.EqualTo(2));
    }

    private static SubscriptionKeeper NewKeeper() =>
        new(new FrameworkInfo { User = "", Name = "batch", Roles = { "batch" } }, SubscriptionSettings.Default, new SeededRandom(7),
            timer => timer);

    private SubscriptionNews? Subscribe()
    {
        _keeper.Start(Now, _effects);
        return Receive(SubscribedEvent());
    }

    private SubscriptionNews? Receive(Event @event) =>
        _keeper.Receive(new SchedulerSignal.EventReceived(_keeper.Subscription, @event), Now, _effects);

    private void End(string reason)
    {
        var news = _keeper.Receive(new SchedulerSignal.SubscriptionEnded(_keeper.Subscription, null, reason), Now, _effects);
        Assert.That(news, Is.EqualTo(new SubscriptionNews.Disconnected(reason)));
    }

    private void ElapseBackoff()
    {
        _elapsed += TimeSpan.FromSeconds(5);
        Assert.That(_keeper.Elapse(new SubscriptionTimer.BackoffEnded(_keeper.Subscription), Now, _effects), Is.Null);
    }

    private List<T> Taken<T>() where T : IEffect
    {
        var taken = Enumerable.Range(0, _effects.Count).Select(i => _effects[i]).OfType<T>().ToList();
        _effects.Clear();
        return taken;
    }

    private static Event SubscribedEvent() => new()
    {
        Type = Event.Types.Type.Subscribed,
        Subscribed = new Event.Types.Subscribed { FrameworkId = Id.ToProto(), HeartbeatIntervalSeconds = 15 },
    };

    private static Event Rescind(string offer) => new()
    {
        Type = Event.Types.Type.Rescind,
        Rescind = new Event.Types.Rescind { OfferId = new OfferID { Value = offer } },
    };

    private static Event Error(string message) =>
        new() { Type = Event.Types.Type.Error, Error = new Event.Types.Error { Message = message } };
}
