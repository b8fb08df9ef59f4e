using System.Globalization;
using Offerbook.Chaos.Hosts;
using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Faults;

/// <summary>
/// Packets that are delayed, each by another time, and such that overtake each other. No agent is given up for it, no session ends: it is
/// all far below the times that the parts wait, so nothing is excused.
/// </summary>
internal static class DelayFaults
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(15);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("packets-delayed", [8, 16], Hold, _ => true, setting => MakeAsync(setting, Everybody(setting), 50, 30)),
        new("packets-reordered", [16], Hold, _ => true, setting => MakeAsync(setting, Everybody(setting), 20, 20, reorders: true)),
        new("one-delayed", [5, 8], Hold, _ => true, setting => MakeAsync(setting, [setting.Any(setting.Cluster.Parts)], 300, 200)),
        new("master-delayed", [5, 8, 11], Hold, _ =>
            true, async setting => await MakeAsync(setting, [await setting.MasterAsync()], 200, 150)),
        new("agent-delayed", [8, 16, 17], Hold, _ => true,
            setting => MakeAsync(setting, [setting.Any(setting.Cluster.Agents)], 500, 400, reorders: true)),
        new("database-delayed", [26, 29], Hold, cluster => cluster.Database is not null,
            setting => MakeAsync(setting, [setting.Cluster.Database!], 100, 80)),
    ];

    private static IReadOnlyList<Part> Everybody(FaultSetting setting) => setting.Cluster.Parts;

    /// <param name="mean">Of one passage, in milliseconds.</param>
    /// <param name="spread">Less or more, in milliseconds.</param>
    private static async Task<MadeFault> MakeAsync(FaultSetting setting, IReadOnlyList<Part> parts, int mean, int spread,
        bool reorders = false)
    {
        var delay = new Delay(TimeSpan.FromMilliseconds(mean), TimeSpan.FromMilliseconds(spread), reorders);
        foreach (var part in parts)
        {
            await part.Machine.DelayAsync(delay, setting.Random.Next());
        }
        var who = parts.Count == 1 ? parts[0].Name : "everybody";
        var how = string.Create(CultureInfo.InvariantCulture, $"{mean} ± {spread} ms{(reorders ? ", overtaking each other" : "")}");
        return new MadeFault($"packets from and to {who} delayed by {how}", async () =>
        {
            foreach (var part in parts)
            {
                await part.Machine.HurryAsync();
            }
        });
    }
}
