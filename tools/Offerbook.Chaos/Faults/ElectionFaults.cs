using Offerbook.Chaos.Hosts;
using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Faults;

/// <summary>Sessions that expire, connections that are lost, servers of the ensemble that go.</summary>
internal static class ElectionFaults
{
    private static readonly TimeSpan PastSession = Timing.Session + TimeSpan.FromSeconds(6);
    private static readonly TimeSpan WithinSession = TimeSpan.FromSeconds(1.5);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("master-session-expired", [4, 7], PastSession, HasElection, async setting =>
            await CutAsync(setting, await setting.MasterAsync())),
        new("apps-session-expired", [4, 7], PastSession, HasElection, async setting => await CutAsync(setting, await setting.AppsAsync())),
        new("master-deaf-to-zookeeper", [7], PastSession, HasElection, async setting =>
        {
            var master = await setting.MasterAsync();
            return await Cuts.MakeAsync($"{master.Name} does not hear ZooKeeper, which hears it",
                Cuts.OneWay(ZooKeepers(setting), [master.Machine]));
        }),
        new("zookeeper-deaf-to-master", [7], PastSession, HasElection, async setting =>
        {
            var master = await setting.MasterAsync();
            return await Cuts.MakeAsync($"ZooKeeper does not hear {master.Name}, which hears it",
                Cuts.OneWay([master.Machine], ZooKeepers(setting)));
        }),
        new("master-connection-lost", [5], WithinSession, HasElection, async setting =>
            await CutAsync(setting, await setting.MasterAsync())),
        new("zookeeper-killed", [1], TimeSpan.FromSeconds(8), HasElection, async setting =>
            await KillAsync([setting.Any(setting.Cluster.ZooKeepers)])),
        new("ensemble-down", [6], TimeSpan.FromSeconds(25), HasElection, async setting => await KillAsync(setting.Cluster.ZooKeepers)),
        new("ensemble-paused", [4, 6], PastSession, HasElection, setting => Task.FromResult(Pause(setting.Cluster.ZooKeepers))),
    ];

    private static bool HasElection(ChaosCluster cluster) => cluster.Layout.HasElection;

    private static IEnumerable<Machine> ZooKeepers(FaultSetting setting) => setting.Cluster.ZooKeepers.Select(server => server.Machine);

    private static Task<MadeFault> CutAsync(FaultSetting setting, Part part) =>
        Cuts.MakeAsync($"{part.Name} cut off from ZooKeeper", Cuts.Between([part.Machine], ZooKeepers(setting)));

    private static async Task<MadeFault> KillAsync(IReadOnlyList<Part> servers)
    {
        await Task.WhenAll(servers.Select(server => server.KillAsync()));
        return new MadeFault($"kill -9 {string.Join(", ", servers.Select(server => server.Name))}", () =>
            Task.WhenAll(servers.Select(server => server.StartAsync())));
    }

    private static MadeFault Pause(IReadOnlyList<Part> servers)
    {
        foreach (var server in servers)
        {
            server.Pause();
        }
        return new MadeFault("SIGSTOP to the whole ensemble", () =>
        {
            foreach (var server in servers)
            {
                server.Continue();
            }
            return Task.CompletedTask;
        });
    }
}
