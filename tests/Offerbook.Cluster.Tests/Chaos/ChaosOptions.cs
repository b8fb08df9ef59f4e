using System.Globalization;

namespace Offerbook.Cluster.Tests.Chaos;

/// <summary>
/// How long and how hard. The defaults fit into the suite; <c>OFFERBOOK_CHAOS_KILLS=50</c> is the long run, and
/// <c>OFFERBOOK_CHAOS_SEED</c> draws the same plan again (what the machine does meanwhile is not in the seed).
/// </summary>
/// <param name="Kills">How often the agent is killed.</param>
/// <param name="Tasks">At least so many tasks are launched.</param>
internal sealed record ChaosOptions(int Seed, int Kills, int Tasks)
{
    /// <summary>All tasks must have ended, and their ends been heard, this long after the last kill.</summary>
    public TimeSpan Patience { get; } = TimeSpan.FromMinutes(3);

    public static ChaosOptions FromEnvironment() => new(
        Read("OFFERBOOK_CHAOS_SEED") ?? Random.Shared.Next(), Read("OFFERBOOK_CHAOS_KILLS") ?? 15, Read("OFFERBOOK_CHAOS_TASKS") ?? 200);

    public override string ToString() =>
        $"OFFERBOOK_CHAOS_SEED={Seed} OFFERBOOK_CHAOS_KILLS={Kills} OFFERBOOK_CHAOS_TASKS={Tasks}";

    private static int? Read(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
