using System.Globalization;
using Offerbook.Actors;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Faults;

/// <summary>
/// How often each kind of fault strikes, in occurrences per virtual minute over the whole cluster; 0 switches it off. Rates without
/// "PerMinute" are chances per operation.
/// </summary>
public sealed record FaultPlan
{
    public static FaultPlan None { get; } = new();

    public double MasterCrashesPerMinute { get; init; }

    public double AgentCrashesPerMinute { get; init; }

    public double FrameworkCrashesPerMinute { get; init; }

    /// <summary>Every process of the cluster at one instant; containers live on.</summary>
    public double ClusterCrashesPerMinute { get; init; }

    /// <summary>A machine with its agent and all its containers.</summary>
    public double RebootsPerMinute { get; init; }

    /// <summary>A machine comes back with an empty disk.</summary>
    public double ReplacementsPerMinute { get; init; }

    public double ContainerCrashesPerMinute { get; init; }

    public double PausesPerMinute { get; init; }

    /// <summary>Both directions between two machines.</summary>
    public double PartitionsPerMinute { get; init; }

    /// <summary>One direction only.</summary>
    public double OneWayCutsPerMinute { get; init; }

    public double ResetsPerMinute { get; init; }

    public double ClogsPerMinute { get; init; }

    public double ClockStepsPerMinute { get; init; }

    public double SlowDisksPerMinute { get; init; }

    public double FullDisksPerMinute { get; init; }

    public double FlushErrorRate { get; init; }

    public double FrameResetRate { get; init; }

    public double LaunchFailureRate { get; init; }

    /// <summary>What runs the containers of a machine answers nothing for a while.</summary>
    public double EngineHangsPerMinute { get; init; }

    /// <summary>What runs the containers of a machine is restarted; half of the times they end with it.</summary>
    public double EngineRestartsPerMinute { get; init; }

    /// <summary>For a while images come slowly to a machine.</summary>
    public double SlowPullsPerMinute { get; init; }

    /// <summary>Whoever leads of some part is killed. This and what follows strikes only clusters with elections.</summary>
    public double LeaderCrashesPerMinute { get; init; }

    /// <summary>Whoever leads stands still, mostly for longer than its session.</summary>
    public double LeaderPausesPerMinute { get; init; }

    /// <summary>A leader is told to end, and started again.</summary>
    public double TerminationsPerMinute { get; init; }

    /// <summary>A leader is asked to let another lead.</summary>
    public double AbdicationsPerMinute { get; init; }

    /// <summary>The session of somebody who stands in an election expires.</summary>
    public double SessionExpiriesPerMinute { get; init; }

    /// <summary>Somebody's connections to the coordination service break.</summary>
    public double CoordinatorResetsPerMinute { get; init; }

    /// <summary>The whole ensemble is down for a while.</summary>
    public double CoordinatorOutagesPerMinute { get; init; }

    /// <summary>Somebody is cut off from the coordination service, and from nobody else.</summary>
    public double CoordinatorCutsPerMinute { get; init; }

    /// <summary>The coordination service carries a request out, and the connection breaks before the answer.</summary>
    public double LostAnswerRate { get; init; }

    public double StoreOutagesPerMinute { get; init; }

    /// <summary>Somebody is cut off from the store, and from nobody else.</summary>
    public double StoreCutsPerMinute { get; init; }

    public double SlowStoresPerMinute { get; init; }

    public double FullStoresPerMinute { get; init; }

    /// <summary>The connection of a write breaks in the middle of it.</summary>
    public double StoreResetRate { get; init; }

    /// <summary>The clocks of a machine begin to run too fast or too slow.</summary>
    public double DriftsPerMinute { get; init; }

    /// <summary>Mean delay of the links.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Swarm testing: each kind of fault is switched on or off for the whole run, and only then its rate is drawn. A mix of all faults
    /// at once hides those that need quiet elsewhere.
    /// </summary>
    public static FaultPlan Draw(SeededRandom random)
    {
        double Rate(double on, double most) => random.Chance(on) ? random.NextDouble() * most : 0;
        return new FaultPlan
        {
            MasterCrashesPerMinute = Rate(0.4, 1.5),
            AgentCrashesPerMinute = Rate(0.4, 2),
            FrameworkCrashesPerMinute = Rate(0.4, 2),
            ClusterCrashesPerMinute = Rate(0.15, 0.5),
            RebootsPerMinute = Rate(0.2, 0.5),
            ContainerCrashesPerMinute = Rate(0.4, 4),
            PausesPerMinute = Rate(0.3, 1),
            PartitionsPerMinute = Rate(0.35, 1),
            OneWayCutsPerMinute = Rate(0.3, 1),
            ResetsPerMinute = Rate(0.4, 4),
            ClogsPerMinute = Rate(0.3, 2),
            ClockStepsPerMinute = Rate(0.3, 1),
            SlowDisksPerMinute = Rate(0.3, 1),
            FullDisksPerMinute = Rate(0.15, 0.3),
            FlushErrorRate = Rate(0.15, 0.003),
            FrameResetRate = Rate(0.3, 0.01),
            LaunchFailureRate = Rate(0.2, 0.2),
            Delay = TimeSpan.FromMilliseconds(random.Pick<double>([0.2, 1, 1, 10, 100])),
            // New draws come last, so that old seeds stay what they were.
            ReplacementsPerMinute = Rate(0.1, 0.3),
        };
    }

    /// <summary>Adds faults of what runs containers, from a stream of their own: what was drawn before stays what it was.</summary>
    public FaultPlan WithEngineFaults(SeededRandom random)
    {
        double Rate(double on, double most) => random.Chance(on) ? random.NextDouble() * most : 0;
        return this with
        {
            EngineHangsPerMinute = Rate(0.2, 1), EngineRestartsPerMinute = Rate(0.15, 0.5), SlowPullsPerMinute = Rate(0.15, 1),
        };
    }

    /// <summary>Adds faults of elections and of a shared store, from a stream of their own.</summary>
    public FaultPlan WithElectionFaults(SeededRandom random)
    {
        double Rate(double on, double most) => random.Chance(on) ? random.NextDouble() * most : 0;
        return this with
        {
            LeaderCrashesPerMinute = Rate(0.4, 1.5), LeaderPausesPerMinute = Rate(0.4, 1.5), TerminationsPerMinute = Rate(0.3, 1),
            AbdicationsPerMinute = Rate(0.3, 1), SessionExpiriesPerMinute = Rate(0.3, 2), CoordinatorResetsPerMinute = Rate(0.3, 3),
            CoordinatorOutagesPerMinute = Rate(0.2, 0.5), CoordinatorCutsPerMinute = Rate(0.3, 1), LostAnswerRate = Rate(0.3, 0.3),
            StoreOutagesPerMinute = Rate(0.2, 0.4), StoreCutsPerMinute = Rate(0.3, 0.8), SlowStoresPerMinute = Rate(0.3, 1),
            FullStoresPerMinute = Rate(0.15, 0.3), StoreResetRate = Rate(0.3, 0.2), DriftsPerMinute = Rate(0.3, 1),
        };
    }

    /// <summary>The faults that are on, for the report.</summary>
    public override string ToString()
    {
        var on = new List<string>();
        foreach (var (name, rate) in Rates())
        {
            if (rate > 0)
            {
                on.Add($"{name} {rate.ToString("0.###", CultureInfo.InvariantCulture)}");
            }
        }
        return on.Count == 0 ? "none" : string.Join(", ", on);
    }

    private IEnumerable<(string Name, double Rate)> Rates() =>
    [
        ("master crashes", MasterCrashesPerMinute), ("agent crashes", AgentCrashesPerMinute),
        ("framework crashes", FrameworkCrashesPerMinute), ("cluster crashes", ClusterCrashesPerMinute), ("reboots", RebootsPerMinute),
        ("replacements", ReplacementsPerMinute), ("container crashes", ContainerCrashesPerMinute), ("pauses", PausesPerMinute),
        ("partitions", PartitionsPerMinute),
        ("one-way cuts", OneWayCutsPerMinute), ("resets", ResetsPerMinute), ("clogs", ClogsPerMinute),
        ("clock steps", ClockStepsPerMinute), ("slow disks", SlowDisksPerMinute), ("full disks", FullDisksPerMinute),
        ("engine hangs", EngineHangsPerMinute), ("engine restarts", EngineRestartsPerMinute), ("slow pulls", SlowPullsPerMinute),
        ("leader crashes", LeaderCrashesPerMinute), ("leader pauses", LeaderPausesPerMinute), ("terminations", TerminationsPerMinute),
        ("abdications", AbdicationsPerMinute), ("session expiries", SessionExpiriesPerMinute),
        ("coordination resets", CoordinatorResetsPerMinute),
        ("coordination outages", CoordinatorOutagesPerMinute), ("coordination cuts", CoordinatorCutsPerMinute),
        ("lost answers", LostAnswerRate),
        ("store outages", StoreOutagesPerMinute), ("store cuts", StoreCutsPerMinute), ("slow stores", SlowStoresPerMinute),
        ("full stores", FullStoresPerMinute), ("store resets", StoreResetRate), ("drifts", DriftsPerMinute),
        ("flush errors", FlushErrorRate), ("frame resets", FrameResetRate), ("launch failures", LaunchFailureRate),
        ("delay ms", Delay.TotalMilliseconds),
    ];
}
