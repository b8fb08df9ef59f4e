using Offerbook.Simulator;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Faults;

namespace Offerbook.Simulation.Tests;

/// <summary>The checks are checked: each defect must be found, and by the invariant that it breaks, within a few seeds.</summary>
public sealed class MutationTests
{
    private const int Seeds = 40;

    private static readonly FaultPlan Crashes = FaultPlan.None with
    {
        MasterCrashesPerMinute = 2,
        AgentCrashesPerMinute = 4,
        FrameworkCrashesPerMinute = 6,
        SlowDisksPerMinute = 4,
    };

    [TestCase(Mutation.AnswerBeforeFlush, new[] { "I1:", "I2:", "I3:", "I12:", "I13:" })]
    [TestCase(Mutation.LoseWhatWasFlushed, new[] { "I1:", "I2:", "I3:", "I12:", "I13:", "threw" })]
    [TestCase(Mutation.ReplayUpdates, new[] { "I6:" })]
    [TestCase(Mutation.IgnoreSignals, new[] { "L1:" })]
    [TestCase(Mutation.OverstateResources, new[] { "I4:" })]
    [TestCase(Mutation.RescindTwice, new[] { "I5:" })]
    [TestCase(Mutation.KeepEndedOffers, new[] { "I4:", "I5:" })]
    [TestCase(Mutation.IgnoreRefusals, new[] { "I15:" })]
    [TestCase(Mutation.QuotaOffByOne, new[] { "I8:" })]
    [TestCase(Mutation.LoseAcknowledgements, new[] { "I13:", "L1:" })]
    [TestCase(Mutation.IgnoreSuppression, new[] { "I16:" })]
    [TestCase(Mutation.LoseKills, new[] { "L1:" })]
    [TestCase(Mutation.LaunchTwice, new[] { "I3:" })]
    [TestCase(Mutation.InflateOffers, new[] { "I4:" })]
    [TestCase(Mutation.OfferInOtherRoles, new[] { "I16:" })]
    [TestCase(Mutation.ForgetDrains, new[] { "I17:" })]
    [TestCase(Mutation.LoseEvents, new[] { "I19:" })]
    [TestCase(Mutation.ForgetToPersist, new[] { "I7:", "L1:" })]
    [TestCase(Mutation.RestartRecoveredTasks, new[] { "I3:" })]
    [TestCase(Mutation.ForgetUpdates, new[] { "I7:" })]
    [TestCase(Mutation.SendUpdatesOnce, new[] { "L1:" })]
    [TestCase(Mutation.AdoptNothing, new[] { "L1:", "I4:", "I6:", "forgets" })]
    [TestCase(Mutation.HalveGroups, new[] { "I20:" })]
    [TestCase(Mutation.SpareGroups, new[] { "I20:" })]
    [TestCase(Mutation.AppsForgetToPersist, new[] { "I7:", "I1:" })]
    [TestCase(Mutation.AppsRepeatEvents, new[] { "I12:" })]
    [TestCase(Mutation.AppsSkipEvents, new[] { "I12:" })]
    [TestCase(Mutation.AppsReorderEvents, new[] { "I12:" })]
    [TestCase(Mutation.AppsSwallowRequests, new[] { "I1:" })]
    [TestCase(Mutation.AppsLoseKills, new[] { "L1:" })]
    [TestCase(Mutation.AppsAcknowledgeUnheard, new[] { "L1:" })]
    [TestCase(Mutation.AppsDenyHealth, new[] { "L1:" })]
    [TestCase(Mutation.AppsOverreach, new[] { "I10:" })]
    [TestCase(Mutation.AppsDisorder, new[] { "I11:" })]
    public void Defect_PutInOnPurpose_IsFound(Mutation mutation, string[] invariants)
    {
        var options = SimulationOptions.Default with
        {
            Duration = TimeSpan.FromMinutes(2),
            HealLimit = TimeSpan.FromMinutes(15),
            Mutation = mutation,
            Faults = mutation is Mutation.AnswerBeforeFlush or Mutation.LoseWhatWasFlushed or (>= Mutation.RestartRecoveredTasks and not (Mutation.HalveGroups or Mutation.SpareGroups)) ? Crashes : FaultPlan.None,
            WildFrameworks = mutation is Mutation.OverstateResources or >= Mutation.RescindTwice ? 3 : null,
            AppsClients = mutation is < Mutation.RescindTwice or Mutation.LoseKills or (>= Mutation.RestartRecoveredTasks and not (Mutation.HalveGroups or Mutation.SpareGroups)),
            Trees = mutation is Mutation.AppsOverreach or Mutation.AppsDisorder,
            Operators = mutation is >= Mutation.RescindTwice and < Mutation.RestartRecoveredTasks,
            Cluster = mutation == Mutation.OverstateResources ? new ClusterPlan(1, 1_000, 16_384, 200) : null,
        };
        var found = new List<string>();
        for (var seed = 1UL; seed <= Seeds && found.Count == 0; seed++)
        {
            if (Simulator.Simulation.Run(seed, options).Violation is { } violation)
            {
                found.Add(violation);
            }
        }
        Assert.That(found, Has.Count.EqualTo(1), $"{mutation} is not found in {Seeds} seeds");
        Assert.That(invariants.Where(name => found[0].Contains(name, StringComparison.Ordinal)), Is.Not.Empty, found[0]);
    }
}
