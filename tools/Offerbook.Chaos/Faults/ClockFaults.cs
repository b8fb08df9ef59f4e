using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Faults;

/// <summary>Wall clocks that jump by an hour. Sessions, pings and deadlines must not notice.</summary>
internal static class ClockFaults
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(12);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("master-clock-ahead", [31], Hold, CanStep, async setting => Step(await setting.MasterAsync(), TimeSpan.FromHours(1))),
        new("apps-clock-back", [31], Hold, CanStep, async setting => Step(await setting.AppsAsync(), TimeSpan.FromHours(-1))),
        new("agent-clock-ahead", [31], Hold, CanStep, setting =>
            Task.FromResult(Step(setting.Any(setting.Cluster.Agents), TimeSpan.FromHours(1)))),
    ];

    private static bool CanStep(ChaosCluster cluster) => WallClocks.CanStep(cluster.Masters[0].Machine);

    private static MadeFault Step(Part part, TimeSpan ahead)
    {
        WallClocks.Step(part.Machine, ahead);
        return new MadeFault($"the wall clock of {part.Name} stepped by {ahead.TotalHours:+0;-0} h", () =>
        {
            WallClocks.Step(part.Machine, TimeSpan.Zero);
            return Task.CompletedTask;
        });
    }
}
