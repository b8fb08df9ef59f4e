using Offerbook.Chaos.Workload;

namespace Offerbook.Chaos.Faults;

/// <summary>Calls that come several times.</summary>
internal static class RepeatFaults
{
    /// <summary>Until the last of its tasks has long ended, and been acknowledged three times.</summary>
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(25);

    public static IReadOnlyList<Fault> All { get; } = [new("calls-repeated", [15], Hold, _ => true, RepeatAsync)];

    private static async Task<MadeFault> RepeatAsync(FaultSetting setting)
    {
        var master = await setting.MasterAsync();
        var framework = await RepeatingFramework.StartAsync(setting.Cluster, master, setting.Documents, setting.Random.Next());
        return new MadeFault($"a framework makes every call to {master.Name} three times", async () =>
        {
            await framework.EndAsync();
            framework.Dispose();
        })
        {
            JudgeAsync = () => Task.FromResult<IReadOnlyList<string>>(
                framework.Launched > 0 ? framework.Findings() : [$"{master.Name} made no offer, or took nobody in"]),
        };
    }
}
