using System.Net;
using Offerbook.Bench.Programs;
using Offerbook.Bench.SimulatedAgents;

namespace Offerbook.Bench.Apps;

/// <summary>
/// A master, a fleet of simulated agents whose tasks run by name until they are killed, and the Apps framework: a process each, over
/// loopback. Apps can be started again from its journal.
/// </summary>
internal sealed class AppsCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _directory = Directory.CreateTempSubdirectory("offerbook-bench-").FullName;
    private readonly MasterUnderTest _master;
    private readonly FleetProcess _fleet;
    private OfferbookProgram? _apps;

    private AppsCluster(MasterUnderTest master, FleetProcess fleet) => (_master, _fleet) = (master, fleet);

    public IPEndPoint Address { get; } = new(IPAddress.Loopback, OfferbookProgram.FreePorts(1)[0]);

    public double AppsCpuSeconds => ProcessMemory.CpuSeconds(_apps!.Id);

    public double AppsResidentMiB => ProcessMemory.ResidentMiB(_apps!.Id);

    public double MasterCpuSeconds => _master.CpuSeconds;

    public double FleetCpuSeconds => ProcessMemory.CpuSeconds(_fleet.Id);

    public int AppsProcess => _apps!.Id;

    /// <summary>Size of Apps' journal in MiB, its write-ahead log included.</summary>
    public double JournalMiB => Directory.EnumerateFiles(_directory).Sum(file => new FileInfo(file).Length) / (1024.0 * 1024);

    public static async Task<AppsCluster> StartAsync(int agents, CancellationToken cancellation)
    {
        var master = await MasterUnderTest.StartAsync(cancellation);
        var fleet = FleetProcess.Start(new FleetOptions(master.Address, agents, 0, 1, 1000, FleetOptions.Endless, 32,
            "cpus:64;mem:262144;disk:1000000;ports:31000-32000"));
        var cluster = new AppsCluster(master, fleet);
        await fleet.WaitForAllAsync(Patience, cancellation);
        await cluster.StartAppsAsync(cancellation);
        return cluster;
    }

    /// <summary>Ends Apps and starts it on the same journal; returns when it serves.</summary>
    public async Task RestartAppsAsync(CancellationToken cancellation)
    {
        await StopAppsAsync();
        await StartAppsAsync(cancellation);
    }

    public async Task StopAppsAsync()
    {
        if (_apps is not null)
        {
            await _apps.DisposeAsync();
            _apps = null;
        }
    }

    public async Task StartAppsAsync(CancellationToken cancellation)
    {
        _apps = OfferbookProgram.Start("apps", "--port", $"{Address.Port}", "--master", $"{_master.Uri}", "--data-dir", _directory);
        await _apps.WaitForLineAsync("ready", Patience, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAppsAsync();
        await _fleet.DisposeAsync();
        await _master.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
