using Offerbook.Simulator;
using Offerbook.Simulator.Faults;

namespace Offerbook.Simulation.Tests;

/// <summary>The checks are checked: each defect must be found, and by the invariant that it breaks, within a few seeds.</summary>
public sealed class MutationTests
{
    private const int Seeds = 40;

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
    [TestCase(Mutation.AppsPresumeHealth, new[] { "I10:" })]
    [TestCase(Mutation.AppsLeakVolumes, new[] { "I23:" })]
    [TestCase(Mutation.AppsDestroyVolumes, new[] { "I23:" })]
    [TestCase(Mutation.AppsStripVolumes, new[] { "I23:" })]
    [TestCase(Mutation.AppsCountDaemons, new[] { "I24:" })]
    [TestCase(Mutation.AppsRepeatRuns, new[] { "I25:" })]
    [TestCase(Mutation.AppsPresumeSuccess, new[] { "I25:" })]
    [TestCase(Mutation.AppsOverlapDaemons, new[] { "I24:" })]
    [TestCase(Mutation.AppsStripPods, new[] { "I23:" })]
    [TestCase(Mutation.AppsUprootPods, new[] { "I23:" })]
    [TestCase(Mutation.ShareVolumes, new[] { "I23:" })]
    [TestCase(Mutation.EndTooSoon, new[] { "I23:", "forgets" })]
    [TestCase(Mutation.LeaveEndsToTheKernel, new[] { "I6:" })]
    [TestCase(Mutation.DropTheFence, new[] { "I8:" })]
    [TestCase(Mutation.KeepTheEpoch, new[] { "I8:" })]
    [TestCase(Mutation.ResendBlindly, new[] { "I7:" })]
    [TestCase(Mutation.PresumeDone, new[] { "I1:" })]
    [TestCase(Mutation.ReadStale, new[] { "I1:", "I7:", "I12:", "L1:" })]
    [TestCase(Mutation.ProveNothing, new[] { "I8:" })]
    [TestCase(Mutation.SkipTheSessionCheck, new[] { "I8:" })]
    [TestCase(Mutation.IgnoreExpiry, new[] { "L1:" })]
    [TestCase(Mutation.MistakeLossForExpiry, new[] { "I21:" })]
    [TestCase(Mutation.StandTwice, new[] { "I21:" })]
    [TestCase(Mutation.LeadUnelected, new[] { "I21:" })]
    [TestCase(Mutation.ServeUnelected, new[] { "I8:", "L1:" })]
    [TestCase(Mutation.RestartEventIds, new[] { "I12:" })]
    [TestCase(Mutation.ForgetFailoverDeadlines, new[] { "I7:" })]
    [TestCase(Mutation.KillWhatRuns, new[] { "I22:" })]
    [TestCase(Mutation.AcceptBackwardState, new[] { "I6:" })]
    [TestCase(Mutation.KeepTheNode, new[] { "I21:" })]
    [TestCase(Mutation.KeepTheBallot, new[] { "I21:" })]
    [TestCase(Mutation.TakeOverLate, new[] { "I8:" })]
    [TestCase(Mutation.ForgetTheWindow, new[] { "I12:" })]
    [TestCase(Mutation.RepeatTheLastEvent, new[] { "I12:" })]
    [TestCase(Mutation.ReadOn, new[] { "I27:" })]
    [TestCase(Mutation.WriteTooSoon, new[] { "I27:" })]
    [TestCase(Mutation.RaiseUnasked, new[] { "I27:" })]
    public void Defect_PutInOnPurpose_IsFound(Mutation mutation, string[] invariants)
    {
        var options = MutationRuns.OptionsFor(mutation);
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

    [Test]
    public void Mutations_All_HaveACase() => Assert.That(
        typeof(MutationTests).GetMethod(nameof(Defect_PutInOnPurpose_IsFound))!.GetCustomAttributes(typeof(TestCaseAttribute), false)
            .Cast<TestCaseAttribute>().Select(item => item.Arguments[0]),
        Is.EquivalentTo(Enum.GetValues<Mutation>().Where(mutation => mutation != Mutation.None)));
}
