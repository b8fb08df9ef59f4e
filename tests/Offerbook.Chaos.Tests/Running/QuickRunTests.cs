using System.Net.Sockets;
using Offerbook.Chaos.Hosts;
using Offerbook.Chaos.Parts;
using Offerbook.Chaos.Running;

namespace Offerbook.Chaos.Tests.Running;

[TestFixture]
internal sealed class QuickRunTests
{
    /// <summary>Three ZooKeepers, three masters, PostgreSQL and all the rest: both leaders die, and the network falls into halves once.</summary>
    [Test]
    [CancelAfter(240_000)]
    public async Task Cluster_LeadersKilledAndNetworkHalved_KeepsEveryPromise(CancellationToken cancellation)
    {
        if (Environment.UserName != "root")
        {
            Assert.Ignore("network namespaces need root");
        }
        var options = new ChaosOptions
        {
            Scenario = "quick", Seed = 20_261, Layout = Layout.Full,
            Program = Path.Combine(AppContext.BaseDirectory, "offerbook"), Output = Path.Combine(TestContext.CurrentContext.WorkDirectory, "chaos-report"),
        };
        var report = await ChaosRun.RunAsync(options, TestContext.Out, cancellation);
        Assert.That(report.Violations, Is.Empty);
        Assert.That(report.History.Faults.Select(fault => fault.Name), Is.EquivalentTo(new[] { "leaders-killed", "random-halves" }));
        Assert.That(report.History.Lives, Has.Count.GreaterThan(10), "tasks were launched");
        Assert.That(report.History.Events, Is.Not.Empty, "events were read");
    }

    [Test]
    public async Task Site_TakenDown_LeavesNothing()
    {
        if (Environment.UserName != "root")
        {
            Assert.Ignore("network namespaces need root");
        }
        string directory, space;
        Child child;
        await using (var site = await Site.CreateAsync())
        {
            var (one, other) = (await site.AddAsync("one"), await site.AddAsync("other"));
            (directory, space) = (site.Directory, one.Space);
            child = one.Start(new ChildStart("sleep", ["60"]), "sleeper");
            using var sockets = new MachineSockets(one);
            Assert.That(await HearsAsync(sockets, other), Is.True, "machines hear each other");
            await other.IgnoreAsync(one);
            Assert.That(await HearsAsync(sockets, other), Is.False, "one is ignored by the other");
            await other.HearAsync(one);
            Assert.That(await HearsAsync(sockets, other), Is.True, "and is heard again");
        }
        Assert.That(await child.EndsWithinAsync(TimeSpan.FromSeconds(10)), Is.True);
        child.Dispose();
        Assert.That(Directory.Exists(directory), Is.False);
        Assert.That(File.Exists("/run/netns/" + space), Is.False);
    }

    /// <summary>Who hears a connection refuses it, as nobody listens there; who does not, says nothing.</summary>
    private static async Task<bool> HearsAsync(MachineSockets sockets, Machine machine)
    {
        using var socket = await sockets.MakeAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            await socket.ConnectAsync(machine.Address, 9, limit.Token);
            return true;
        }
        catch (SocketException refused)
        {
            return refused.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
