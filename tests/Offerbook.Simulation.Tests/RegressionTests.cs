using Offerbook.Simulator;

namespace Offerbook.Simulation.Tests;

/// <summary>Seeds that have found something, each with what it was. A seed is run as it was when it failed.</summary>
public sealed class RegressionTests
{
    private static readonly SimulationOptions Wild = SimulationOptions.Default with { AppsClients = false, WildFrameworks = 2 };

    [TestCase(0x5d4ul, TestName = "Update_ofATaskThatReturnsWithItsAgent_isNotAheadOfItsStream")]
    [TestCase(0x511ul, TestName = "Reconciliation_ofATaskWithoutAnyUpdate_isNotAheadOfItsStream")]
    public void Wild_Seed_Passes(ulong seed) => Assert.That(Simulator.Simulation.Run(seed, Wild).Violation, Is.Null);

    [TestCase(0x1ful, 5, TestName = "Restart_begunWithTooFewHealthy_endsOnceTheyAreWell")]
    [TestCase(0x3ul, 10, TestName = "Group_deletedWithSeveralWaitingInstances_isForgotten")]
    [TestCase(0x29ul, 5, TestName = "Cluster_withARunningDeployment_hasNotConverged")]
    public void Seed_Passes(ulong seed, int minutes) => Assert.That(
        Simulator.Simulation.Run(seed, SimulationOptions.Default with { Duration = TimeSpan.FromMinutes(minutes) }).Violation, Is.Null);
}
