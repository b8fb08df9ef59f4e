using Offerbook.Simulator.Cluster;

namespace Offerbook.Simulator.Faults;

/// <summary>What each defect is looked for with: short runs, of what the defect is about.</summary>
public static class MutationRuns
{
    private static readonly FaultPlan Crashes = FaultPlan.None with
    {
        MasterCrashesPerMinute = 2,
        AgentCrashesPerMinute = 4,
        FrameworkCrashesPerMinute = 6,
        SlowDisksPerMinute = 4,
    };

    private static readonly FaultPlan PowerCuts = FaultPlan.None with { RebootsPerMinute = 6 };

    private static readonly FaultPlan Elections = FaultPlan.None with
    {
        LeaderCrashesPerMinute = 1,
        LeaderPausesPerMinute = 2,
        AbdicationsPerMinute = 1,
        SessionExpiriesPerMinute = 2,
        CoordinatorResetsPerMinute = 3,
        CoordinatorCutsPerMinute = 2,
        LostAnswerRate = 0.1,
        StoreResetRate = 0.05,
    };

    public static SimulationOptions OptionsFor(Mutation mutation)
    {
        var options = SimulationOptions.Default with { Duration = TimeSpan.FromMinutes(2), HealLimit = TimeSpan.FromMinutes(15),
            Mutation = mutation, Readers = mutation is Mutation.ForgetTheWindow or Mutation.RepeatTheLastEvent ? 2 : 0 };
        if (mutation.NeedsElections())
        {
            // Without a defect such runs converge in little more than a minute.
            return options with
            {
                HealLimit = TimeSpan.FromMinutes(6),
                Cluster = ClusterPlan.Elected with { SessionTimeout = TimeSpan.FromSeconds(4) },
                Faults = mutation == Mutation.TakeOverLate ? Elections with { StoreCutsPerMinute = 12 } : Elections,
                WildFrameworks = 1,
                Builds = mutation.NeedsBuilds() ? true : null,
                Trees = false,
                Kinds = false,
                Operators = false,
            };
        }
        var ofPods = mutation is Mutation.HalveGroups or Mutation.SpareGroups;
        var ofFrameworks = mutation >= Mutation.RestartRecoveredTasks && !ofPods;
        var ofKinds = mutation is >= Mutation.AppsLeakVolumes and <= Mutation.EndTooSoon;
        var quiet = ofKinds || mutation is Mutation.AppsPresumeHealth;
        return options with
        {
            Elections = false,
            Faults = mutation == Mutation.LeaveEndsToTheKernel ? PowerCuts : (ofFrameworks && !quiet) || mutation is Mutation.AnswerBeforeFlush or Mutation.LoseWhatWasFlushed
                ? Crashes : FaultPlan.None,
            WildFrameworks = ofKinds ? 0 : mutation is Mutation.OverstateResources or >= Mutation.RescindTwice ? 3 : null,
            AppsClients = ofFrameworks || mutation is < Mutation.RescindTwice or Mutation.LoseKills,
            Trees = mutation is Mutation.AppsOverreach or Mutation.AppsDisorder or Mutation.AppsPresumeHealth,
            Kinds = ofKinds,
            PodsWithVolumes = mutation is Mutation.AppsStripPods or Mutation.AppsUprootPods,
            Looks = false,
            Operators = mutation is >= Mutation.RescindTwice and < Mutation.RestartRecoveredTasks,
            Cluster = mutation == Mutation.OverstateResources ? new ClusterPlan(1, 1_000, 16_384, 200) : null,
        };
    }
}
