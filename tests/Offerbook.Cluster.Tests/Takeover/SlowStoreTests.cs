using System.Globalization;
using Microsoft.Extensions.Logging;
using Newtonsoft.Json.Linq;
using Offerbook.Batch.Hosting;
using Offerbook.Client.Hosting.Terms;
using Offerbook.Cluster.Tests.Harness;
using Offerbook.Coordination.HandOver;
using Offerbook.Master.Hosting;
using Offerbook.Storage;
using Offerbook.Testing.Postgres;
using Offerbook.Testing.ZooKeeper;

namespace Offerbook.Cluster.Tests.Takeover;

/// <summary>
/// Row 26 of the fault matrix with a real ZooKeeper and a real PostgreSQL, to which each candidate has a network of its own: the leader
/// whose network becomes slow hands over, and does not take the leadership back before it is well again.
/// </summary>
[TestFixture]
internal sealed class SlowStoreTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>As by default, some twenty times as fast. The tenure is what a test must wait for.</summary>
    private static readonly HandOverSettings Quick = new()
    {
        Slow = TimeSpan.FromMilliseconds(400), Well = TimeSpan.FromMilliseconds(250), Look = TimeSpan.FromMilliseconds(200), Looks = 5,
        LeastLooks = 3, Tenure = TimeSpan.FromSeconds(3),
    };

    /// <summary>Beyond the mark for slow, and 16 s beyond what is told to be well.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(1_100);

    private readonly string _directory = Directory.CreateTempSubdirectory("offerbook-slow-").FullName;
    private PostgresServer _postgres = null!;
    private ZooKeeperEnsemble _zookeeper = null!;
    private TcpProxy[] _networks = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        var (postgres, zookeeper) = (PostgresServer.StartAsync("fsync=off"), ZooKeeperEnsemble.StartAsync(1));
        (_postgres, _zookeeper) = (await postgres, await zookeeper);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _zookeeper.DisposeAsync();
        await _postgres.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [SetUp]
    public void Connect() => _networks = [new TcpProxy(_postgres.Port), new TcpProxy(_postgres.Port)];

    [TearDown]
    public async Task DisconnectAsync()
    {
        foreach (var network in _networks)
        {
            await network.DisposeAsync();
        }
    }

    [Test]
    public async Task Master_WhoseWayToTheStoreIsSlow_HandsOverToOneWhoseIsNot_AndBackWhenItIsTheOtherWayRound()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        await using var first = await StartMasterAsync(0);
        await ShowsAsync(http, first.Address, "master/elected", 1);
        await using var second = await StartMasterAsync(1);
        await ShowsAsync(http, second.Address, "registrar/store_slow", 0);

        _networks[0].Delay = Slow;

        await ShowsAsync(http, second.Address, "master/elected", 1);
        await ShowsAsync(http, first.Address, "master/store_hand_overs", 1);
        await ShowsAsync(http, first.Address, "registrar/store_slow", 1);
        await ShowsAsync(http, first.Address, "master/elected", 0);

        _networks[1].Delay = Slow;
        await ShowsAsync(http, second.Address, "registrar/store_slow", 1);
        await HoldsForAsync(Quick.Tenure + TimeSpan.FromSeconds(1),
            async () => await MetricAsync(http, second.Address, "master/elected") == 1);
        Assert.That(await MetricAsync(http, second.Address, "master/store_hand_overs"), Is.Zero, "nobody is better");

        _networks[0].Delay = TimeSpan.Zero;
        await ShowsAsync(http, first.Address, "master/elected", 1);
        await ShowsAsync(http, second.Address, "master/store_hand_overs", 1);
    }

    [Test]
    public async Task Batch_WhoseWayToTheStoreIsSlow_HandsOver()
    {
        var lines = new LineLog();
        using var logs = LoggerFactory.Create(logging => logging.AddProvider(lines));
        await using var first = await StartBatchAsync(0, logs);
        await Eventually.HoldsAsync(() => Task.FromResult(first.Leads), "the first leads", Patience);
        await using var second = await StartBatchAsync(1, logs);

        _networks[0].Delay = Slow;

        await Eventually.HoldsAsync(() => Task.FromResult(second.Leads && !first.Leads), "the second leads", Patience,
            () => Task.FromResult(lines.ToString()));
        Assert.That(lines.ToString(),
            Does.Contain("The store is slow: a commit has taken")
                .And.Contain("It hands its leadership over, because the store is slow from here"));
    }

    private StoreAddress StoreOf(int member) => StoreAddress.Parse(_postgres.Address("postgres", _networks[member].Port));

    private Task<MasterHost> StartMasterAsync(int member) => MasterHost.StartAsync(new MasterOptions
    {
        DataDirectory = Path.Combine(_directory, $"master{member}"), Port = 0, Store = StoreOf(member),
        ZooKeeper = _zookeeper.Address("/masters"),
        ZooKeeperSessionTimeout = TimeSpan.FromSeconds(4), HandOver = Quick,
    }, CancellationToken.None);

    private Task<BatchHost> StartBatchAsync(int member, ILoggerFactory logs) => BatchHost.StartAsync(
        new BatchOptions(Path.Combine(_directory, $"batch{member}"), [new Uri("http://127.0.0.1:1/")])
        {
            Listen = new(System.Net.IPAddress.Loopback, 0), Store = StoreOf(member),
            Election = ElectionOptions.InZooKeeper(_zookeeper.Address("/batches"), TimeSpan.FromSeconds(4)) with { HandOver = Quick },
        }, CancellationToken.None, logs);

    private static Task ShowsAsync(HttpClient http, Uri master, string metric, double value) =>
        Eventually.HoldsAsync(async () => await MetricAsync(http, master, metric) == value,
            $"{metric} of {master} is {value.ToString(CultureInfo.InvariantCulture)}", Patience);

    /// <returns>Null: it is not there.</returns>
    private static async Task<double?> MetricAsync(HttpClient http, Uri master, string metric) =>
        (double?)JObject.Parse(await http.GetStringAsync(new Uri(master, "/metrics/snapshot")))[metric];

    private static async Task HoldsForAsync(TimeSpan time, Func<Task<bool>> condition)
    {
        using var over = new CancellationTokenSource(time);
        while (!over.IsCancellationRequested)
        {
            Assert.That(await condition(), Is.True);
        }
    }

    /// <summary>Keeps what is logged.</summary>
    private sealed class LineLog : ILoggerProvider, ILogger
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _lines = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => _lines.Enqueue(formatter(state, exception));

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public override string ToString() => string.Join('\n', _lines);

        public void Dispose()
        {
        }
    }
}
