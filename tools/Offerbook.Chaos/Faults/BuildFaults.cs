using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Faults;

/// <summary>Parts of two builds in one cluster: one part after the other is replaced by another build of it, and taken back.</summary>
internal static class BuildFaults
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("other-master", [2, 34], Hold, HasOther, async setting => await ReplaceAsync(setting, await setting.MasterAsync())),
        new("other-masters-but-one", [2, 34], Hold, HasOther, async setting =>
        {
            // The leader last, as an upgrade would: the next leader is of the other build, and the one after it again of the first.
            var leader = await setting.MasterAsync();
            return await ReplaceAsync(setting, [.. setting.Cluster.Masters.Where(master => master != leader).Skip(1), leader]);
        }),
        new("other-apps", [2, 34], Hold, HasOther, async setting => await ReplaceAsync(setting, await setting.AppsAsync())),
        new("other-batch", [2, 34], Hold, HasOther, async setting => await ReplaceAsync(setting, await setting.BatchAsync())),
        new("other-agent", [18, 34], Hold, HasOther, async setting => await ReplaceAsync(setting, setting.Any(setting.Cluster.Agents))),
    ];

    private static bool HasOther(ChaosCluster cluster) => cluster.Other is not null;

    private static async Task<MadeFault> ReplaceAsync(FaultSetting setting, params IReadOnlyList<Part> parts)
    {
        foreach (var part in parts)
        {
            await part.StopAsync(StopPatience);
            await part.StartAsync(setting.Cluster.Other);
        }
        return new MadeFault($"{string.Join(" and ", parts.Select(part => part.Name))} of the other build", async () =>
        {
            foreach (var part in parts)
            {
                await part.StopAsync(StopPatience);
                await part.StartAsync();
            }
        });
    }
}
