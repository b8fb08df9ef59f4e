using Offerbook.Chaos.Workload;

namespace Offerbook.Chaos.Scenarios;

/// <summary>The seven scenarios that the API's original had for Jepsen, each under partitions into random halves.</summary>
internal static class JepsenScenarios
{
    private static readonly string[] Halves = ["random-halves-short", "random-halves"];
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(15);

    public static IReadOnlyList<Scenario> All { get; } =
    [
        Of("basic", "one app after the other is made, and must be found again", (seed, setting) =>
            [new AppClient("basic", seed, setting, new AppHabits(1, 0, 0, 0, 0), most: 60)]),
        Of("apps", "apps are made and updated by several clients", (seed, setting) =>
            [.. Enumerable.Range(0, 3).Select(number => new AppClient($"apps-{(char)('a' + number)}", seed + (number * 10), setting,
                new AppHabits(2, 3, 0, 1, 0)))]),
        Of("pods", "pods are made and updated", (seed, setting) =>
            [.. Enumerable.Range(0, 2).Select(number => new PodClient($"pods-{(char)('a' + number)}", seed + (number * 10), setting))]),
        Of("destroy", "apps are made and destroyed", (seed, setting) =>
            [.. Enumerable.Range(0, 2).Select(number => new AppClient($"destroy-{(char)('a' + number)}", seed + (number * 10), setting,
                new AppHabits(3, 0, 0, 0, 3)))]),
        Of("scale", "apps are scaled up and down", (seed, setting) =>
            [.. Enumerable.Range(0, 2).Select(number => new AppClient($"scale-{(char)('a' + number)}", seed + (number * 10), setting,
                new AppHabits(1, 0, 8, 0, 0), most: 3))]),
        Of("groups", "groups of apps that depend on each other are made, updated and destroyed", (seed, setting) =>
            [.. Enumerable.Range(0, 3).Select(number => new GroupClient($"groups-{(char)('a' + number)}", seed + (number * 10),
                setting with { Pause = setting.Pause * 2 }, most: 3))]),
        Of("abdication", "apps are made and updated while leaders are asked to give up", (seed, setting) =>
        [
            new AppClient("abdicated", seed, setting, AppHabits.Mixed), new BystanderClient("bystander", seed + 10, setting),
            new AbdicationClient("abdication", seed + 20, setting with { Pause = setting.Pause * 12 }),
        ]),
    ];

    private static Scenario Of(string name, string description, Func<int, ClientSetting, IReadOnlyList<ChaosClient>> clients) =>
        new("jepsen-" + name, description, clients, Halves, Calm);
}
