using Offerbook.Simulator;

namespace Offerbook.Simulation.Tests;

/// <summary>Seeds that have found something, each with what it was. A seed is run as it was when it failed.</summary>
public sealed class RegressionTests
{
    /// <summary>None of them had readers of events, or two builds.</summary>
    private static readonly SimulationOptions AsBefore = SimulationOptions.Default with { Readers = 0, Builds = false };

    private static readonly SimulationOptions OfOtherKinds = RandomRunTests.OfOtherKinds with { Readers = 0, Builds = false };

    [TestCase(0x1ful, 5, TestName = "Restart_begunWithTooFewHealthy_endsOnceTheyAreWell")]
    [TestCase(0x3ul, 10, TestName = "Group_deletedWithSeveralWaitingInstances_isForgotten")]
    [TestCase(0x5ul, 10, TestName = "Cluster_withAKillStillToBeRepeated_hasNotConverged")]
    [TestCase(0x7ul, 10, TestName = "Group_createdAnewWhileItIsDeleted_startsInOrder")]
    [TestCase(0x29ul, 5, TestName = "Cluster_withARunningDeployment_hasNotConverged")]
    public void Seed_Passes(ulong seed, int minutes) => Assert.That(
        Simulator.Simulation.Run(seed,
            AsBefore with { Duration = TimeSpan.FromMinutes(minutes), Trees = false, Kinds = false }).Violation, Is.Null);

    /// <summary>As <see cref="RandomRunTests.Simulation_AppsOfEveryKind_KeepEveryPromise"/> runs them.</summary>
    [TestCase(7ul, TestName = "Instance_withVolumesAndNoTask_isNotWaitedForWhenItsAgentIsGone")]
    [TestCase(104ul, TestName = "Instance_whoseFirstTaskWasDropped_isNotHeldByAReservationThatWasNeverMade")]
    [TestCase(109ul, TestName = "Reservation_withoutItsVolumes_isGivenUp")]
    [TestCase(125ul, TestName = "Instance_whoseAgentWasLostBeforeItReserved_isGivenUp")]
    [TestCase(138ul, TestName = "App_scaledUpWhileItsInstancesStop_waitsForThem")]
    [TestCase(58ul, TestName = "App_deletedWhileItsAgentIsAway_isGivenBackWhenItsTaskHasEnded")]
    [TestCase(67ul, TestName = "App_deletedWhileItsAgentIsAway_isGivenBackThoughAnotherTookItsName")]
    [TestCase(85ul, TestName = "Engine_thatAnswersAgainWhileItsAgentRegisters_keepsNoAgentAway")]
    [TestCase(3ul, TestName = "Takeover_thatComesWhenAnotherLeads_deposesNobody")]
    [TestCase(105ul, TestName = "Job_takenByTheNextLeader_isNotAskedOfTheOneThatStoodStill")]
    [TestCase(115ul, TestName = "Candidate_thatStoodStillWhileItRested_deposesNobody")]
    public void SeedOfOtherKinds_Passes(ulong seed) =>
        Assert.That(Simulator.Simulation.Run(seed, OfOtherKinds).Violation, Is.Null);

    /// <summary>The same, with three masters, two of Apps and two of Batch.</summary>
    [TestCase(180ul, TestName = "Instance_thatHasNotBeenProbed_isNotKnownToBeWellByItsPort")]
    [TestCase(259ul, TestName = "Instance_whoseAgentWasReplaced_isGivenUp")]
    public void SeedOfOtherKinds_WithElections_Passes(ulong seed) =>
        Assert.That(Simulator.Simulation.Run(seed, OfOtherKinds with { Elections = true }).Violation, Is.Null);

    /// <summary>With three masters, two of Apps and two of Batch.</summary>
    [TestCase(0x187a6ul, 4, TestName = "Leader_deposedWhileItStandsStill_isNotAskedForWhatIsPromised")]
    [TestCase(0x187c4ul, 4, TestName = "Quota_setAtTheNextLeader_bindsNobodyWhoDoesNotKnowIt")]
    [TestCase(0x18716ul, 4, TestName = "Process_endedAndStartedAgain_isNotKilledForItsLastLife")]
    public void Seed_OfElections_Passes(ulong seed, int minutes) => Assert.That(
        Simulator.Simulation.Run(seed,
            AsBefore with { Duration = TimeSpan.FromMinutes(minutes), Elections = true, Kinds = false }).Violation,
                Is.Null);

    /// <summary>Likewise, with apps of other kinds in some of them.</summary>
    [TestCase(0x30e0cul, 4, TestName = "Instance_whoseAgentCameBackWithAnEmptyDisk_isNotWaitedForOnceItIsGivenUp")]
    [TestCase(0x7a188ul, 4, TestName = "Instances_whoseAgentCameBackWithAnEmptyDiskInADeployment_areReplaced")]
    [TestCase(0x7a311ul, 4, TestName = "Report_thatWasLongOnItsWay_endsNoTaskAgain")]
    [TestCase(0x7a3b2ul, 4, TestName = "Candidate_thatStoodStillWhileItRested_fencesNobody")]
    public void Seed_OfElectionsWithOtherKinds_Passes(ulong seed, int minutes) => Assert.That(
        Simulator.Simulation.Run(seed, AsBefore with
        {
            Duration = TimeSpan.FromMinutes(minutes), Elections = true, PodsWithVolumes = false, Looks = false,
        }).Violation, Is.Null);

    /// <summary>Likewise, with whatever was drawn then.</summary>
    [TestCase(0xaae98ul, TestName = "App_whoseRolloutMayHaveGivenUp_isPutRightAgain")]
    [TestCase(0xaafa5ul, TestName = "Task_startedBeforeTheClockWasSetBack_isFoundSick")]
    [TestCase(0xf46c2ul, TestName = "Leader_thatSubscribesAnew_givesUpNothingThatIsWell")]
    [TestCase(0xf4997ul, TestName = "Leader_thatLostWhatItWasTold_givesUpNothingThatIsWell")]
    [TestCase(0xf4c78ul, TestName = "Task_whosePortIsAnothersByNow_isNotTakenToBeWell")]
    public void Seed_OfTheSwarm_Passes(ulong seed) => Assert.That(
        Simulator.Simulation.Run(seed, SimulationOptions.Default with
        {
            Duration = TimeSpan.FromMinutes(4), Elections = true, Builds = false,
        }).Violation, Is.Null);

    /// <summary>Likewise, with two builds in some of them.</summary>
    [TestCase(0xf467ful, TestName = "Leader_thatHasNotShownItsOwnView_tellsNobodyOfEvents")]
    [TestCase(0xf4793ul, TestName = "Leader_thatHasNotShownItsOwnView_tellsNobodyTheStateOfItsLastTerm")]
    [TestCase(0xf49beul, TestName = "Leader_thatHasNotShownItsOwnView_tellsNobodyAnEmptyState")]
    [TestCase(0xf4848ul, TestName = "Instance_thatMoves_doesNotGoBackToWhereItWas")]
    [TestCase(0xf69baul, TestName = "Order_takenByALeaderThatWasDeposed_isInForceNowhere")]
    [TestCase(0xf4e5aul, TestName = "Job_thatEndsWhenItsNextKillIsDue_isNotKilledAgain")]
    [TestCase(0xf508ful, TestName = "Refusal_thatHolds_isNotGivenUpForThoseThatAreOnlyRemembered")]
    [TestCase(0xf5229ul, TestName = "Agent_reactivatedWhileItIsAway_mayBeOffered")]
    [TestCase(0x10cb8bul, TestName = "Task_thatFailsWhileItsAppWaitsToBeRemoved_bringsNothingBack")]
    [TestCase(0x129ec9ul, TestName = "Run_thatEndedUnheardBeforeAPowerCut_mayRunAgain")]
    [TestCase(0x125282ul, TestName = "Run_ofABatchThatWasGivenAnotherIdBefore_isCounted")]
    [TestCase(0x12527aul, TestName = "Pod_whoseExecutorOutlivesItsTasks_isGivenBackWhenThatHasEnded")]
    [TestCase(0x125340ul, TestName = "Pod_deletedWhileItsAgentIsAway_isGivenBackWhenAllItsTasksHaveEnded")]
    public void Seed_OfTheSwarmWithTwoBuilds_Passes(ulong seed) => Assert.That(
        Simulator.Simulation.Run(seed, SimulationOptions.Default with { Duration = TimeSpan.FromMinutes(4), Elections = true }).Violation,
            Is.Null);

    [TestCase(0x2bcul, 4, TestName = "Cluster_mixedUpWhenElectionsWereNew_passes")]
    [TestCase(0x2daul, 4, TestName = "Takeover_thatArrivesLate_fencesNobody")]
    public void Seed_OfAnyCluster_Passes(ulong seed, int minutes) => Assert.That(
        Simulator.Simulation.Run(seed, AsBefore with { Duration = TimeSpan.FromMinutes(minutes), Kinds = false })
            .Violation, Is.Null);
}
