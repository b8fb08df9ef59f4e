using Offerbook.Coordination.Hosting;
using Offerbook.Coordination.Hosting.ZooKeeper;
using Offerbook.Coordination.Nodes;
using Offerbook.Coordination.Election;
using Offerbook.Testing.ZooKeeper;
using System.Text;

namespace Offerbook.Coordination.Tests.Hosting.ZooKeeper;

/// <summary>The ensemble that all fixtures of this namespace share; a test that kills servers starts them again.</summary>
[SetUpFixture]
public sealed class Ensemble
{
    private static int _paths;

    public static ZooKeeperEnsemble Shared { get; private set; } = null!;

    /// <summary>For whatever a test waits for: a session is over after 2 s at most, and this machine may be busy.</summary>
    public static CancellationToken Patience => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Shared = await ZooKeeperEnsemble.StartAsync();
        // Made by somebody without a user, so that everybody may make paths below it.
        await using var first = await StandAsync(Shared.Address("/tests"), 5050);
        await UntilLeadsAsync(first);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (Shared is not null)
        {
            await Shared.DisposeAsync();
        }
    }

    /// <summary>A path that no other test uses.</summary>
    public static string NewPath() => $"/tests/election-{Interlocked.Increment(ref _paths)}";

    public static ElectionSettings Settings(int sessionMs = 2000) => new()
    {
        SessionTimeout = TimeSpan.FromMilliseconds(sessionMs),
        Log = static line => TestContext.Progress.WriteLine(line),
    };

    /// <summary>A master at a port, which needs not to be there.</summary>
    public static Task<ZooKeeperCandidate> StandAsync(string address, int port, int sessionMs = 2000)
    {
        var uri = ZooKeeperUri.Parse(address);
        return ZooKeeperCandidate.StandAsync(uri, Settings(sessionMs),
            new CandidateOptions(uri.Path, new MasterNodes(), AddressOf(port), MasterInfo(port)));
    }

    public static Task<ZooKeeperDetector> FollowAsync(string address) =>
        ZooKeeperDetector.FollowAsync(ZooKeeperUri.Parse(address), new MasterNodes(), Settings());

    public static Uri AddressOf(int port) => new($"http://127.0.0.1:{port}/");

    public static byte[] MasterInfo(int port) => Encoding.UTF8.GetBytes(
        $$"""{"address":{"hostname":"master-{{port}}","ip":"127.0.0.1","port":{{port}}},"capabilities":[],"hostname":"master-{{port}}","id":"id-{{port}}","ip":16777343,"pid":"master@127.0.0.1:{{port}}","port":{{port}},"version":"1.11.0"}""");

    /// <summary>Waits for a standing.</summary>
    public static async Task<T> UntilAsync<T>(ICandidate candidate, Func<T, bool> holds) where T : Standing
    {
        var patience = Patience;
        for (var standing = candidate.Standing; ; standing = await candidate.ChangedAsync(standing, patience))
        {
            if (standing is T found && holds(found))
            {
                return found;
            }
            Assert.That(standing, Is.Not.InstanceOf<Standing.Over>());
        }
    }

    public static Task<Standing.Leads> UntilLeadsAsync(ICandidate candidate) =>
        UntilAsync<Standing.Leads>(candidate, static leads => !leads.IsSuspended);

    /// <summary>Waits until it follows whoever is at a port.</summary>
    public static Task<Standing.Follows> UntilFollowsAsync(ICandidate candidate, int port) =>
        UntilAsync<Standing.Follows>(candidate, follows => follows.Leader?.Address == AddressOf(port));

    public static async Task<LeaderInfo?> UntilAsync(ILeaderDetector detector, Func<LeaderInfo?, bool> holds)
    {
        var patience = Patience;
        var leader = detector.Leader;
        while (!holds(leader))
        {
            leader = await detector.ChangedAsync(leader, patience);
        }
        return leader;
    }
}
