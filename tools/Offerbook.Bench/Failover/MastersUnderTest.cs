using System.Diagnostics;
using System.Net;
using Offerbook.Bench.Programs;
using Offerbook.Testing.Postgres;
using Offerbook.Testing.ZooKeeper;

namespace Offerbook.Bench.Failover;

/// <summary>Three masters as processes, three ZooKeeper servers and a PostgreSQL, all on loopback and ended by their process ids.</summary>
internal sealed class MastersUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("offerbook-bench-").FullName;
    private readonly OfferbookProgram?[] _programs = new OfferbookProgram?[3];
    private readonly TimeSpan _session;
    private ZooKeeperEnsemble _ensemble = null!;
    private PostgresServer _database = null!;

    private MastersUnderTest(TimeSpan session) => _session = session;

    public IReadOnlyList<IPEndPoint> Addresses { get; } =
        [.. OfferbookProgram.FreePorts(3).Select(port => new IPEndPoint(IPAddress.Loopback, port))];

    public static async Task<MastersUnderTest> StartAsync(TimeSpan session, CancellationToken cancellation)
    {
        var masters = new MastersUnderTest(session);
        var (ensemble, database) = (ZooKeeperEnsemble.StartAsync(maxSessionMs: (int)session.TotalMilliseconds),
            PostgresServer.StartAsync());
        (masters._ensemble, masters._database) = (await ensemble, await database);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(master => masters.StartAsync(master, cancellation)));
        return masters;
    }

    public int IdOf(int master) => _programs[master]!.Id;

    /// <summary>Returns when it stands in the election.</summary>
    public async Task StartAsync(int master, CancellationToken cancellation)
    {
        _programs[master] = OfferbookProgram.Start("master", "--port", $"{Addresses[master].Port}", "--data-dir",
            Path.Combine(_directory, $"{master}"),
            "--zk", _ensemble.Address("/offerbook"), "--zk_session_timeout", $"{(int)_session.TotalMilliseconds}ms", "--store",
            _database.Address());
        await _programs[master]!.WaitForLineAsync("ready", StartTimeout, cancellation);
    }

    /// <param name="name">As kill(1) knows it: TERM, KILL, STOP, CONT.</param>
    public async Task SignalAsync(int master, string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{IdOf(master)}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits until the process has ended that was told to.</summary>
    public async Task EndedAsync(int master)
    {
        await _programs[master]!.DisposeAsync();
        _programs[master] = null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _programs)
        {
            if (program is not null)
            {
                await program.DisposeAsync();
            }
        }
        await _ensemble.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
