using Offerbook.Chaos.Faults;
using Offerbook.Chaos.Workload;

namespace Offerbook.Chaos.Scenarios;

/// <summary>All scenarios by name.</summary>
internal static class ScenarioCatalog
{
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(6);

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("mixed", "apps, pods, groups and jobs under every fault there is", Mixed, [.. FaultCatalog.All.Select(fault => fault.Name)],
            Calm),
        new("quick", "the same under the death of both leaders and one partition, once each: what the suite runs", Mixed,
            ["leaders-killed", "random-halves"], TimeSpan.FromSeconds(2)) { IsOneRound = true },
        new("calm", "the same without any fault", Mixed, [], Calm),
        .. JepsenScenarios.All,
    ];

    public static Scenario? Find(string name) => All.FirstOrDefault(scenario => scenario.Name == name);

    public static IReadOnlyList<ChaosClient> Mixed(int seed, ClientSetting setting) =>
    [
        new BystanderClient("bystander", seed, setting), new AppClient("app-a", seed + 10, setting, AppHabits.Mixed),
        new AppClient("app-b", seed + 20, setting, AppHabits.Mixed),
        new PodClient("pod", seed + 30, setting), new GroupClient("group", seed + 40, setting),
        new JobClient("job", seed + 50, setting with { Pause = setting.Pause * 3 }),
        .. setting.Cluster.Layout.HasEngines
            ? [new AppClient("docker", seed + 60, setting, AppHabits.Mixed, inDocker: true)] : Array.Empty<ChaosClient>(),
    ];
}
