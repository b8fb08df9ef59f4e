using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Faults;

/// <summary>Leaders that are killed, asked to end, or paused past their session.</summary>
internal static class ProcessFaults
{
    /// <summary>Long enough for another to lead and to be used.</summary>
    private static readonly TimeSpan Down = Timing.Session + TimeSpan.FromSeconds(6);

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("master-killed", [1, 13, 14], Down, _ => true, async setting => await KillAsync(await setting.MasterAsync())),
        new("apps-killed", [1, 12], Down, _ => true, async setting => await KillAsync(await setting.AppsAsync())),
        new("batch-killed", [1, 12], Down, cluster =>
            cluster.Batches.Count > 0, async setting => await KillAsync(await setting.BatchAsync())),
        new("leaders-killed", [1, 12, 13], Down, _ =>
            true, async setting => await KillAsync(await setting.MasterAsync(), await setting.AppsAsync())),
        new("master-terminated", [2], Down, _ => true, async setting => await StopAsync(await setting.MasterAsync())),
        new("apps-terminated", [2], Down, _ => true, async setting => await StopAsync(await setting.AppsAsync())),
        new("master-paused", [3], Down, _ => true, async setting => Pause(await setting.MasterAsync())),
        new("apps-paused", [3], Down, _ => true, async setting => Pause(await setting.AppsAsync())),
        new("master-held-up", [3, 5], TimeSpan.FromSeconds(2), _ => true, async setting => Pause(await setting.MasterAsync())),
    ];

    private static async Task<MadeFault> KillAsync(params Part[] parts)
    {
        await Task.WhenAll(parts.Select(part => part.KillAsync()));
        return new MadeFault($"kill -9 {Names(parts)}", () => Task.WhenAll(parts.Select(part => part.StartAsync())));
    }

    private static async Task<MadeFault> StopAsync(Part part)
    {
        var clean = await part.StopAsync(StopPatience);
        return new MadeFault($"SIGTERM to {part.Name}, which {(clean ? "ended with status 0" : "DID NOT END WELL")}", part.StartAsync);
    }

    private static MadeFault Pause(Part part)
    {
        part.Pause();
        return new MadeFault($"SIGSTOP to {part.Name}", () =>
        {
            part.Continue();
            return Task.CompletedTask;
        });
    }

    private static string Names(Part[] parts) => string.Join(" and ", parts.Select(part => part.Name));
}
