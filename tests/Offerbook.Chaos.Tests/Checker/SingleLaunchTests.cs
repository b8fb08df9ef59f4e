using Offerbook.Chaos.Checker;
using Offerbook.Chaos.Observation;
using static Offerbook.Chaos.Tests.Checker.Forged;

namespace Offerbook.Chaos.Tests.Checker;

[TestFixture]
internal sealed class SingleLaunchTests
{
    [Test]
    public void Incarnations_OneAfterTheOther_AreNoViolation() =>
        Assert.That(Find([Life(App, "m1", 1, end: 5), Life(App, "m1", 6, incarnation: 2)]), Is.Empty);

    [Test]
    public void TaskId_StartedTwice_IsAViolation() =>
        Assert.That(Find([Life(App, "m1", 1, end: 2), Life(App, "m1", 3, host: "h2")]),
            Has.One.Contains("a.instance-1._app.1 was started 2 times"));

    [Test]
    public void SecondIncarnation_WhileTheFirstRuns_IsAViolation() =>
        Assert.That(Find([Life(App, "m1", 1, end: 9), Life(App, "m1", 5, incarnation: 2, host: "h2")]),
            Has.One.Contains("while a.instance-1._app.1 of the same instance ran on h1"));

    /// <summary>An agent that was away for longer than it is waited for: its tasks run on beside their replacements.</summary>
    [Test]
    public void SecondIncarnation_WhileTheAgentIsGivenUp_IsNoViolation() =>
        Assert.That(Find([Life(App, "m1", 1), Life(App, "m1", 25, incarnation: 2, host: "h2")], Cut(5, 40, "h1")), Is.Empty);

    [Test]
    public void SecondIncarnation_BesideOneOfAnAgentThatIsThere_IsAViolation() =>
        Assert.That(Find([Life(App, "m1", 1, host: "h2"), Life(App, "m1", 25, incarnation: 2, host: "h1")], Cut(5, 40, "h1")),
            Has.Count.EqualTo(1));

    [Test]
    public void SecondIncarnation_WhileTheAgentIsAwayForAMoment_IsAViolation() =>
        Assert.That(Find([Life(App, "m1", 1), Life(App, "m1", 8, incarnation: 2, host: "h2")], Cut(5, 9, "h1")), Has.Count.EqualTo(1));

    private static IReadOnlyList<string> Find(TaskLife[] lives, params FaultRecord[] faults) =>
        Violations<SingleLaunch>(new RunHistory { Lives = lives, Faults = faults });
}
