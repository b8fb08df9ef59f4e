using Offerbook.Testing.ZooKeeper;
using static Offerbook.Coordination.Tests.Hosting.ZooKeeper.Ensemble;

namespace Offerbook.Coordination.Tests.Hosting.ZooKeeper;

/// <summary>Lost connections, expired sessions and dead servers, with real ones. Candidate a is connected by proxies, b directly.</summary>
[TestFixture]
public sealed class FaultTests
{
    /// <summary>The longest that the ensemble grants: what must happen within it has all the time that there is.</summary>
    private const int LongSessionMs = 4000;

    private TcpProxy[] _proxies = null!;

    [SetUp]
    public void Connect() => _proxies = [.. Shared.Servers.Select(static server => new TcpProxy(server.Port))];

    [TearDown]
    public async Task DisconnectAsync()
    {
        foreach (var proxy in _proxies)
        {
            await proxy.DisposeAsync();
        }
    }

    [Test]
    public async Task Leader_LosesItsConnectionForLessThanItsSession_LeadsOn()
    {
        var path = NewPath();
        await using var a = await StandAsync(ZooKeeperEnsemble.Address(path, _proxies), 5051, LongSessionMs);
        var first = await UntilLeadsAsync(a);
        await using var b = await StandAsync(Shared.Address(path), 5052, LongSessionMs);
        var follows = await UntilFollowsAsync(b, 5051);

        ForAll(static proxy => proxy.Cut());
        var suspended = await UntilAsync<Standing.Leads>(a, static leads => leads.IsSuspended);
        ForAll(static proxy => proxy.Heal());
        var restored = await UntilLeadsAsync(a);

        Assert.That(suspended.Self, Is.EqualTo(first.Self));
        Assert.That(restored.Self, Is.EqualTo(first.Self));
        Assert.That(b.Standing, Is.EqualTo(follows));
    }

    [TestCase(false, TestName = "Leader_WhoseConnectionsAreBrokenForMoreThanItsSession_FollowsAndStandsAgain")]
    [TestCase(true, TestName = "Leader_WhosePacketsAreDroppedForMoreThanItsSession_FollowsAndStandsAgain")]
    public async Task Leader_LosesItsSession_FollowsAndStandsAgain(bool isFrozen)
    {
        var path = NewPath();
        await using var a = await StandAsync(ZooKeeperEnsemble.Address(path, _proxies), 5051, sessionMs: 1000);
        var first = await UntilLeadsAsync(a);
        await using var b = await StandAsync(Shared.Address(path), 5052);
        await UntilFollowsAsync(b, 5051);

        ForAll(proxy => Break(proxy, isFrozen));
        await UntilAsync<Standing.Leads>(a, static leads => leads.IsSuspended);
        await UntilLeadsAsync(b);
        // Nobody can have told it yet: it does not know whether its session is over, and says so.
        Assert.That(a.Standing, Is.EqualTo(new Standing.Leads(first.Self, IsSuspended: true)));
        ForAll(static proxy => proxy.Heal());
        await UntilFollowsAsync(a, 5052);
        await b.ResignAsync(Patience);
        var again = await UntilLeadsAsync(a);

        Assert.That(again.Self.Id, Is.Not.EqualTo(first.Self.Id));
    }

    [Test]
    public async Task Follower_WithoutAConnectionForItsSession_KnowsNoLeader()
    {
        var path = NewPath();
        await using var b = await StandAsync(Shared.Address(path), 5052);
        await UntilLeadsAsync(b);
        await using var a = await StandAsync(ZooKeeperEnsemble.Address(path, _proxies), 5051, sessionMs: 1000);
        await UntilFollowsAsync(a, 5052);

        ForAll(static proxy => proxy.Cut());
        await UntilAsync<Standing.Follows>(a, static follows => follows.Leader is null);
        ForAll(static proxy => proxy.Heal());

        await UntilFollowsAsync(a, 5052);
    }

    [Test]
    public async Task Resigning_WithoutAConnection_ReturnsAndLeavesTheNodeToItsSession()
    {
        var path = NewPath();
        await using var a = await StandAsync(ZooKeeperEnsemble.Address(path, _proxies), 5051, sessionMs: 1000);
        await UntilLeadsAsync(a);
        await using var b = await StandAsync(Shared.Address(path), 5052);
        await UntilFollowsAsync(b, 5051);

        ForAll(static proxy => proxy.Cut());
        await UntilAsync<Standing.Leads>(a, static leads => leads.IsSuspended);
        await a.ResignAsync(Patience);

        Assert.That(a.Standing, Is.InstanceOf<Standing.Over>());
        await UntilLeadsAsync(b);
    }

    [Test]
    public async Task Server_ThatALeaderIsConnectedTo_Dies_AndItLeadsOnByAnother()
    {
        var path = NewPath();
        await using var a = await StandAsync(ZooKeeperEnsemble.Address(path, _proxies), 5051, LongSessionMs);
        var first = await UntilLeadsAsync(a);
        var server = Shared.Servers[Array.FindIndex(_proxies, static proxy => proxy.Connections > 0)];

        await server.KillAsync();
        await UntilAsync<Standing.Leads>(a, static leads => leads.IsSuspended);
        var restored = await UntilLeadsAsync(a);
        await server.StartAsync();

        Assert.That(restored.Self, Is.EqualTo(first.Self));
    }

    [Test]
    public async Task Ensemble_GoesDownAndComesBack_AndTheLeaderLeadsOn()
    {
        var path = NewPath();
        await using var a = await StandAsync(Shared.Address(path), 5051, LongSessionMs);
        var first = await UntilLeadsAsync(a);
        await using var b = await StandAsync(Shared.Address(path), 5052, LongSessionMs);
        await UntilFollowsAsync(b, 5051);
        await using var detector = await FollowAsync(Shared.Address(path));
        await UntilAsync(detector, static leader => leader is not null);

        await Shared.KillAllAsync();
        await UntilAsync<Standing.Leads>(a, static leads => leads.IsSuspended);
        await UntilAsync<Standing.Follows>(b, static follows => follows.Leader is null);
        Assert.That(a.Standing, Is.EqualTo(new Standing.Leads(first.Self, IsSuspended: true)),
            "an ensemble that is down ends nobody's leadership");
        Assert.That(detector.Leader, Is.EqualTo(first.Self), "nor does anybody forget the leader");
        await Shared.StartAllAsync();

        var restored = await UntilLeadsAsync(a);
        await UntilFollowsAsync(b, 5051);
        Assert.That(restored.Self, Is.EqualTo(first.Self));
    }

    [Test]
    public async Task Candidate_StartedBeforeTheEnsemble_LeadsOnceThereIsOne()
    {
        ForAll(static proxy => proxy.Cut());
        await using var a = await StandAsync(ZooKeeperEnsemble.Address(NewPath(), _proxies), 5051);
        ForAll(static proxy => proxy.Heal());

        await UntilLeadsAsync(a);
    }

    [Test]
    public async Task Server_WhoseNameDoesNotResolve_IsPassedOver()
    {
        await using var a = await StandAsync($"zk://nowhere.invalid:2181,127.0.0.1:{Shared.Servers[0].Port}{NewPath()}", 5051);

        await UntilLeadsAsync(a);
    }

    private static void Break(TcpProxy proxy, bool isFrozen)
    {
        if (isFrozen)
        {
            proxy.Freeze();
        }
        else
        {
            proxy.Cut();
        }
    }

    private void ForAll(Action<TcpProxy> act) => Array.ForEach(_proxies, proxy => act(proxy));
}
