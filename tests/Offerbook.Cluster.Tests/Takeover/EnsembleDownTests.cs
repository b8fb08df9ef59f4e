using System.Net;
using Offerbook.Batch.Hosting;
using Offerbook.Client.Hosting.Terms;
using Offerbook.Cluster.Tests.Harness;
using Offerbook.Storage;
using Offerbook.Testing.Postgres;
using Offerbook.Testing.ZooKeeper;

namespace Offerbook.Cluster.Tests.Takeover;

/// <summary>
/// Row 6 of the fault matrix at a framework's standbys: while the whole ensemble is down its leader serves on, and they hand requests on to
/// it.
/// </summary>
[TestFixture]
internal sealed class EnsembleDownTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    /// <summary>What the ensemble of tests grants at least.</summary>
    private static readonly TimeSpan Session = TimeSpan.FromSeconds(1);

    [Test]
    public async Task Standby_WhileTheEnsembleIsDown_HandsOnToTheLeaderAsBefore()
    {
        var directory = Directory.CreateTempSubdirectory("offerbook-down-").FullName;
        var (postgres, zookeeper) = (PostgresServer.StartAsync("fsync=off"), ZooKeeperEnsemble.StartAsync(1));
        await using var database = await postgres;
        await using var ensemble = await zookeeper;
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        await using var leader = await StartAsync(directory, database, ensemble, 0);
        await Eventually.HoldsAsync(() => Task.FromResult(leader.Leads), "the first leads", Patience);
        await using var standby = await StartAsync(directory, database, ensemble, 1);
        await Eventually.HoldsAsync(async () => await StatusAsync(http, standby) == HttpStatusCode.OK, "the second hands on", Patience);

        await ensemble.KillAllAsync();

        // Three sessions long, so that whoever forgets its leader after one is found out.
        using var over = new CancellationTokenSource(3 * Session);
        while (!over.IsCancellationRequested)
        {
            Assert.That(await StatusAsync(http, standby), Is.EqualTo(HttpStatusCode.OK));
        }
        Assert.That((leader.Leads, standby.Leads), Is.EqualTo((true, false)));

        await ensemble.StartAllAsync();
        await leader.DisposeAsync();
        await Eventually.HoldsAsync(() => Task.FromResult(standby.Leads), "with the ensemble back, leaders change as ever", Patience);
        Directory.Delete(directory, recursive: true);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, BatchHost host)
    {
        using var answer = await http.GetAsync(new Uri(host.Address, "/v1/jobs"));
        return answer.StatusCode;
    }

    private static Task<BatchHost> StartAsync(string directory, PostgresServer database, ZooKeeperEnsemble ensemble, int member) =>
        BatchHost.StartAsync(
        new BatchOptions(Path.Combine(directory, $"batch{member}"), [new Uri("http://127.0.0.1:1/")])
        {
            Listen = new(IPAddress.Loopback, 0), Store = StoreAddress.Parse(database.Address()),
            Election = ElectionOptions.InZooKeeper(ensemble.Address("/batches"), Session),
        }, CancellationToken.None);
}
