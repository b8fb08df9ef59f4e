using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Client.Hosting;
using Offerbook.Client.Scheduling;
using Offerbook.Testing.Elections;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using Offerbook.Wire.Identity;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Client.Tests.Hosting;

[TestFixture]
internal sealed class SchedulerConnectionTests
{
    private readonly List<SchedulerConnection> _connections = [];
    private Channel<SchedulerSignal> _signals = null!;
    private FakeMaster _master = null!;

    [SetUp]
    public async Task SetUp()
    {
        _signals = Channel.CreateUnbounded<SchedulerSignal>();
        _master = await FakeMaster.StartAsync();
    }

    [TearDown]
    public async Task TearDown()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }
        _connections.Clear();
        await _master.DisposeAsync();
    }

    [TestCase(MessageFormat.Protobuf, "application/x-protobuf")]
    [TestCase(MessageFormat.Json, "application/json")]
    public async Task Subscription_CarriesEventsIn_AndCallsOutInOrderWithTheStreamId(MessageFormat format, string contentType)
    {
        var connection = Connect(format, _master.Address);
        connection.TryPerform(Open(1));
        var subscribe = await _master.NextAsync();
        Assert.That(subscribe.Call.Type, Is.EqualTo(Call.Types.Type.Subscribe));
        Assert.That(subscribe.StreamId, Is.Null);
        Assert.That(subscribe.ContentType, Is.EqualTo(contentType));

        _master.SendSubscribed("f-1");
        var received = (SchedulerSignal.EventReceived)await NextAsync();
        Assert.That(received.Subscription, Is.EqualTo(1));
        Assert.That(received.Event.Subscribed.FrameworkId.Value, Is.EqualTo("f-1"));

        for (var i = 0; i < 50; i++)
        {
            connection.TryPerform(new CallMaster(1, Kill("t" + i)));
        }
        for (var i = 0; i < 50; i++)
        {
            var arrived = await _master.NextAsync();
            Assert.That(arrived.Call.Kill.TaskId.Value, Is.EqualTo("t" + i));
            Assert.That(arrived.StreamId, Is.EqualTo("stream-1"));
        }
    }

    [Test]
    public async Task Stream_ThatEnds_IsReported_AndANewOneCanBeOpened()
    {
        var connection = Connect(_master.Address);
        connection.TryPerform(Open(1));
        _master.SendSubscribed("f-1");
        await NextAsync();
        _master.Send(null);
        var ended = (SchedulerSignal.SubscriptionEnded)await NextAsync();
        Assert.That(ended.Status, Is.Null);

        connection.TryPerform(Open(2));
        _master.SendSubscribed("f-1");
        Assert.That((await NextAsync()).Subscription, Is.EqualTo(2));
    }

    [Test]
    public async Task Call_ThatIsRefused_IsReportedWithItsStatusAndText_AndTheNextIsSent()
    {
        var connection = await SubscribedAsync();
        _master.Answer = (403, "Framework is not subscribed");
        connection.TryPerform(new CallMaster(1, Kill("a")));
        var failed = (SchedulerSignal.CallFailed)await NextAsync();
        Assert.That((failed.Status, failed.Reason), Is.EqualTo(((int?)403, "Framework is not subscribed")));
        Assert.That(failed.Call.Kill.TaskId.Value, Is.EqualTo("a"));

        _master.Answer = (202, "");
        connection.TryPerform(new CallMaster(1, Kill("b")));
        Assert.That((await _master.NextAsync()).Call.Kill.TaskId.Value, Is.EqualTo("a"));
        Assert.That((await _master.NextAsync()).Call.Kill.TaskId.Value, Is.EqualTo("b"));
    }

    [Test]
    public async Task Call_OfAnOlderSubscription_IsNotSent()
    {
        var connection = await SubscribedAsync();
        connection.TryPerform(Open(2));
        Assert.That((await _master.NextAsync()).Call.Type, Is.EqualTo(Call.Types.Type.Subscribe));
        _master.SendSubscribed("f-1");
        await NextAsync();
        connection.TryPerform(new CallMaster(1, Kill("old")));
        connection.TryPerform(new CallMaster(2, Kill("new")));
        Assert.That((await _master.NextAsync()).Call.Kill.TaskId.Value, Is.EqualTo("new"));
    }

    [Test]
    public async Task Subscribe_AtAStandby_FollowsItToTheLeader_AndSendsCallsThere()
    {
        await using var standby = await FakeMaster.StartAsync();
        standby.Instead = context =>
        {
            context.Response.Headers.Location = $"//127.0.0.1:{_master.Address.Port}{context.Request.Path}";
            context.Response.StatusCode = 307;
            return Task.CompletedTask;
        };
        var connection = Connect(standby.Address);
        connection.TryPerform(Open(1));
        _master.SendSubscribed("f-1");
        await NextAsync();
        connection.TryPerform(new CallMaster(1, Kill("t")));
        await _master.NextAsync();
        Assert.That((await _master.NextAsync()).Call.Kill.TaskId.Value, Is.EqualTo("t"));
    }

    [Test]
    public async Task Subscribe_WhenStandbysPointAtEachOther_GivesUp()
    {
        _master.Instead = context =>
        {
            context.Response.Headers.Location = $"//127.0.0.1:{_master.Address.Port}{context.Request.Path}";
            context.Response.StatusCode = 307;
            return Task.CompletedTask;
        };
        Connect(_master.Address).TryPerform(Open(1));
        Assert.That(await NextAsync(), Is.InstanceOf<SchedulerSignal.SubscriptionEnded>().With.Property("Status").EqualTo(307));
    }

    [Test]
    public async Task Subscribe_WhereTheFirstMastersAreDead_ReachesTheOneThatLives()
    {
        var connection = Connect(Dead(), Dead(), _master.Address);
        connection.TryPerform(Open(1));
        _master.SendSubscribed("f-1");
        Assert.That(await NextAsync(), Is.InstanceOf<SchedulerSignal.EventReceived>());
    }

    [Test]
    public async Task Subscribe_WhereAllMastersAreDead_IsReportedWithTheReason()
    {
        var dead = Dead();
        Connect(dead).TryPerform(Open(1));
        var ended = (SchedulerSignal.SubscriptionEnded)await NextAsync();
        Assert.That(ended.Status, Is.Null);
        Assert.That(ended.Reason, Does.Contain(dead.Authority));
    }

    [Test]
    public async Task Subscribe_ThatIsRefused_IsReportedWithItsStatus()
    {
        _master.Instead = context => context.Response.WriteTextAsync(503, "Master has not finished recovery");
        Connect(_master.Address).TryPerform(Open(1));
        Assert.That(await NextAsync(), Is.EqualTo(new SchedulerSignal.SubscriptionEnded(1, 503, "Master has not finished recovery")));
    }

    [Test]
    public async Task Subscribe_ThatIsClosedWhileAMasterIsSilent_TriesAnotherNext()
    {
        await using var silent = await FakeMaster.StartAsync();
        var entered = new TaskCompletionSource();
        silent.Instead = async context =>
        {
            entered.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        var connection = Connect(silent.Address, _master.Address);
        connection.TryPerform(Open(1));
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));
        connection.TryPerform(new CloseSubscription(1));
        connection.TryPerform(Open(2));
        _master.SendSubscribed("f-1");
        Assert.That((await NextAsync()).Subscription, Is.EqualTo(2));
    }

    [Test]
    public async Task Calls_BeyondTheBound_EndTheSubscription()
    {
        var release = new TaskCompletionSource();
        var connection = await SubscribedAsync(options => options with { MaxCallsWaiting = 3 });
        _master.Instead = _ => release.Task;
        for (var i = 0; i < 5; i++)
        {
            connection.TryPerform(new CallMaster(1, Kill("t" + i)));
        }
        release.SetResult();
        SchedulerSignal signal;
        while ((signal = await NextAsync()) is not SchedulerSignal.SubscriptionEnded)
        {
            Assert.That(signal, Is.InstanceOf<SchedulerSignal.CallFailed>());
        }
        Assert.That(((SchedulerSignal.SubscriptionEnded)signal).Reason, Does.Contain("More than 3 calls"));
    }

    [Test]
    public async Task Core_ThatHasStopped_EndsTheSubscriptionQuietly()
    {
        var connection = await SubscribedAsync();
        _signals.Writer.Complete();
        _master.Send(new Event { Type = Event.Types.Type.Heartbeat });
        connection.TryPerform(new CallMaster(1, Kill("t")));
        await connection.DisposeAsync();
        Assert.That(connection.Completion.IsFaulted, Is.False);
    }

    [Test]
    public async Task Subscription_WhenAnotherMasterIsElected_EndsAndTheNextGoesThere()
    {
        await using var heir = await FakeMaster.StartAsync();
        var detector = new ScriptedDetector();
        var connection =
            Connect(new SchedulerConnectionOptions([]) { DetectMaster = () => Task.FromResult<Coordination.ILeaderDetector>(detector) });
        connection.TryPerform(Open(1));
        detector.Elect(_master.Address);
        _master.SendSubscribed("f-1");
        Assert.That(await NextAsync(), Is.InstanceOf<SchedulerSignal.EventReceived>());

        detector.Elect(null);
        _master.Send(new Event { Type = Event.Types.Type.Heartbeat });
        Assert.That(await NextAsync(), Is.InstanceOf<SchedulerSignal.EventReceived>(), "that nobody is known to lead ends nothing");
        detector.Elect(heir.Address);
        var ended = (SchedulerSignal.SubscriptionEnded)await NextAsync();
        Assert.That(ended.Reason, Does.Contain("Another master leads"));
        connection.TryPerform(Open(2));
        heir.SendSubscribed("f-1");
        Assert.That((await NextAsync()).Subscription, Is.EqualTo(2));
    }

    [Test]
    public async Task Subscribe_WhileTheElectedMasterIsDead_GoesOnUntilAnotherIsElected()
    {
        var detector = new ScriptedDetector();
        detector.Elect(Dead());
        Connect(new SchedulerConnectionOptions([]) { DetectMaster = () => Task.FromResult<Coordination.ILeaderDetector>(detector) })
            .TryPerform(Open(1));
        detector.Elect(_master.Address);
        _master.SendSubscribed("f-1");
        Assert.That(await NextAsync(), Is.InstanceOf<SchedulerSignal.EventReceived>());
    }

    [Test]
    public async Task Subscribe_WhileNoneOfSeveralMastersLeads_GoesOnUntilOneDoes()
    {
        await using var standby = await FakeMaster.StartAsync();
        var asked = 0;
        standby.Instead = context =>
        {
            if (Interlocked.Increment(ref asked) == 3)
            {
                standby.Instead = null;
            }
            return context.Response.WriteTextAsync(503, "No leader elected");
        };
        Connect(Dead(), standby.Address).TryPerform(Open(1));
        standby.SendSubscribed("f-1");
        Assert.That(await NextAsync(), Is.InstanceOf<SchedulerSignal.EventReceived>());
    }

    /// <summary>Keeper and connection together, against a master that comes, leaves and comes back.</summary>
    [Test]
    public async Task Keeper_OverTheConnection_SubscribesAgainWithItsId()
    {
        var keeper = new SubscriptionKeeper(new FrameworkInfo { User = "u", Name = "n", Roles = { "r" } }, SubscriptionSettings.Default,
            new Actors.SeededRandom(1), timer => timer);
        var connection = Connect(_master.Address);
        var effects = new Actors.Effects();
        keeper.Start(default, effects);
        Perform(connection, effects);
        _master.SendSubscribed("f-7");
        keeper.Receive(await NextAsync(), default, effects);
        Assert.That(keeper.Id, Is.EqualTo(new FrameworkId("f-7")));
        await _master.NextAsync();

        _master.Send(null);
        Assert.That(keeper.Receive(await NextAsync(), default, effects), Is.InstanceOf<SubscriptionNews.Disconnected>());
        keeper.Elapse(new SubscriptionTimer.BackoffEnded(1), default, effects);
        Perform(connection, effects);
        Assert.That((await _master.NextAsync()).Call.FrameworkId.Value, Is.EqualTo("f-7"));
    }

    private static void Perform(SchedulerConnection connection, Actors.Effects effects)
    {
        for (var i = 0; i < effects.Count; i++)
        {
            connection.TryPerform(effects[i]);
        }
        effects.Clear();
    }

    private async Task<SchedulerConnection> SubscribedAsync(Func<SchedulerConnectionOptions, SchedulerConnectionOptions>? change = null)
    {
        var options = new SchedulerConnectionOptions([_master.Address]);
        var connection = Connect(change?.Invoke(options) ?? options);
        connection.TryPerform(Open(1));
        _master.SendSubscribed("f-1");
        Assert.That(await NextAsync(), Is.InstanceOf<SchedulerSignal.EventReceived>());
        await _master.NextAsync();
        return connection;
    }

    private SchedulerConnection Connect(params Uri[] masters) => Connect(new SchedulerConnectionOptions(masters));

    private SchedulerConnection Connect(MessageFormat format, Uri master) =>
        Connect(new SchedulerConnectionOptions([master]) { Format = format });

    private SchedulerConnection Connect(SchedulerConnectionOptions options)
    {
        var connection = new SchedulerConnection(options, (signal, stop) => _signals.Writer.WriteAsync(signal, stop));
        _connections.Add(connection);
        return connection;
    }

    private async Task<SchedulerSignal> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return await _signals.Reader.ReadAsync(patience.Token);
    }

    private static OpenSubscription Open(long number) =>
        new(number, SchedulerCalls.Subscribe(new FrameworkInfo { User = "u", Name = "n", Roles = { "r" } }, null, []));

    private static Call Kill(string task) => new()
    {
        Type = Call.Types.Type.Kill,
        FrameworkId = new FrameworkID { Value = "f-1" },
        Kill = new Call.Types.Kill { TaskId = new TaskID { Value = task } },
    };

    /// <summary>An address where nobody listens.</summary>
    private static Uri Dead()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }
}
