using System.Text.RegularExpressions;
using Offerbook.Chaos.Hosts;

namespace Offerbook.Chaos.Tests.Running;

/// <summary>Without root everything runs in a namespace of users; where the kernel refuses one, the refusal is what must come.</summary>
[TestFixture]
internal sealed partial class QuickRunTests
{
    private static readonly string[] Quick =
    [
        "--scenario", "quick", "--seed", "20261", "--program", Path.Combine(AppContext.BaseDirectory, "offerbook"),
        "--out", Path.Combine(TestContext.CurrentContext.WorkDirectory, "chaos-report"),
    ];

    /// <summary>
    /// Three ZooKeepers, three masters, PostgreSQL and all the rest: both leaders die, and the network falls into halves once.
    /// </summary>
    [Test]
    [CancelAfter(240_000)]
    public async Task Cluster_LeadersKilledAndNetworkHalved_KeepsEveryPromise(CancellationToken cancellation)
    {
        var run = await Harness.RunAsync(cancellation, Quick);
        await TestContext.Out.WriteLineAsync(run.Output);
        if (!Harness.IsRoot && !await Harness.MayHaveNetworksAsync(cancellation))
        {
            AssertRefused(run);
            return;
        }
        Assert.That(run.Output, Does.Contain("every promise was kept"));
        Assert.That(run.Status, Is.EqualTo(Harness.Kept));
        Assert.That(run.Output, Does.Contain("leaders-killed ×1").And.Contain("random-halves ×1"));
        var counts = Counts().Match(run.Output);
        Assert.That(int.Parse(counts.Groups[1].Value), Is.GreaterThan(10), "tasks were launched");
        Assert.That(int.Parse(counts.Groups[2].Value), Is.Positive, "events were read");
    }

    [TestCase(false), TestCase(true)]
    [CancelAfter(60_000)]
    public async Task Box_LookedAt_HasFaultsThatComeAndGo(bool isOtherUser, CancellationToken cancellation)
    {
        var run = await (isOtherUser ? Harness.RunAsOtherUserAsync(cancellation, "--check") : Harness.RunAsync(cancellation, "--check"));
        await TestContext.Out.WriteLineAsync(run.Output);
        if ((isOtherUser || !Harness.IsRoot) && !await Harness.MayHaveNetworksAsync(cancellation))
        {
            AssertRefused(run);
            return;
        }
        Assert.That(run.Output, Does.Contain("this box can be the stage"));
        Assert.That(run.Status, Is.EqualTo(Harness.Kept));
    }

    /// <summary>Where root itself may have no namespace of users, nobody else can even be played.</summary>
    private static void AssertRefused(Harness.Outcome run)
    {
        Assert.That(run.Output, Does.Contain(UserSpace.Refusal).Or.StartsWith("unshare: "));
        Assert.That(run.Status, Is.AnyOf(Harness.NoStage, 1));
    }

    [GeneratedRegex(@"tasks: (\d+) started; events: (\d+) read")]
    private static partial Regex Counts();
}
