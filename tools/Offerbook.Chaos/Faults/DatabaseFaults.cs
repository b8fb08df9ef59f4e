using Offerbook.Chaos.Hosts;
using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Faults;

/// <summary>The database of the journals, gone for a while in all the ways in which databases go.</summary>
internal static class DatabaseFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        new("database-killed", [29], TimeSpan.FromSeconds(4), HasDatabase, KillAsync),
        new("database-restarted", [29], TimeSpan.FromSeconds(1), HasDatabase, RestartAsync),
        new("database-down", [29], TimeSpan.FromSeconds(20), HasDatabase, KillAsync),
        new("database-cut", [29], TimeSpan.FromSeconds(15), HasDatabase, setting =>
        {
            var database = setting.Cluster.Database!;
            return Cuts.MakeAsync("the database cut off from everybody",
                Cuts.Between([database.Machine], setting.Cluster.Parts.Select(part => part.Machine)));
        }),
        new("database-slow", [26], TimeSpan.FromSeconds(15), HasDatabase, setting => Task.FromResult(Slow(setting))),
    ];

    private static bool HasDatabase(ChaosCluster cluster) => cluster.Database is not null;

    private static async Task<MadeFault> KillAsync(FaultSetting setting)
    {
        var database = setting.Cluster.Database!;
        database.MayExit = true; // A server that was killed refuses to start as long as one of its sessions lives.
        await database.KillAsync();
        return new MadeFault("kill -9 of the database", database.StartAsync);
    }

    private static async Task<MadeFault> RestartAsync(FaultSetting setting)
    {
        var database = setting.Cluster.Database!;
        await database.StopAsync(TimeSpan.FromSeconds(20));
        return new MadeFault("fast shutdown of the database", database.StartAsync);
    }

    /// <summary>Each commit waits up to two seconds, as on a disk that takes so long to flush.</summary>
    private static MadeFault Slow(FaultSetting setting)
    {
        var space = setting.Cluster.Database!.Machine.Space;
        var stop = new CancellationTokenSource();
        var pulses = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var processes = await Site.ProcessesAsync(space);
                Send(processes, Signals.Stop);
                await Task.Delay(2_000, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Send(processes, Signals.Continue);
                await Task.Delay(500, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
        return new MadeFault("the database stands still for 2 s of each 2.5 s", async () =>
        {
            await stop.CancelAsync();
            await pulses;
            stop.Dispose();
        });
    }

    private static void Send(IReadOnlyList<int> processes, int signal)
    {
        foreach (var process in processes)
        {
            Signals.Send(process, signal);
        }
    }
}
