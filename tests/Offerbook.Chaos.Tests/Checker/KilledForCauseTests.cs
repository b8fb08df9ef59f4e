using Offerbook.Chaos.Checker;
using Offerbook.Chaos.Observation;
using static Offerbook.Chaos.Tests.Checker.Forged;

namespace Offerbook.Chaos.Tests.Checker;

[TestFixture]
internal sealed class KilledForCauseTests
{
    [Test]
    public void Task_ToldToEndThoughNobodyAsked_IsAViolation() =>
        Assert.That(Find([Done(0, Define(App, "m1"))], [Life(App, "m1", 1, asked: 9)]),
            Has.One.Contains("was told to end after 8.0 s, and nobody had asked for it"));

    [Test]
    public void Task_ThatVanished_IsAViolation() =>
        Assert.That(Find([Done(0, Define(App, "m1"))], [Life(App, "m1", 1, end: 9)]), Has.One.Contains("vanished"));

    [Test]
    public void Task_KilledBeforeAnybodyAsked_IsAViolation() =>
        Assert.That(Find([Done(0, Define(App, "m1")), Done(10, new Write.Remove(App))], [Life(App, "m1", 1, asked: 9)]),
            Has.Count.EqualTo(1));

    [Test]
    public void Task_OfWhatWasChangedOnlyByRefusedCalls_MustLive() =>
        Assert.That(Find([Done(0, Define(App, "m1")), Call(5, CallOutcome.Refused, Define(App, "m2"))], [Life(App, "m1", 1, asked: 9)]),
            Has.Count.EqualTo(1));

    /// <summary>The first call hung in the network, and was done after the second; if nothing shows that it was, it is no cause.</summary>
    [TestCase(true), TestCase(false)]
    public void Task_ReplacedByAnEarlierCallOfUnknownOutcome_MayEndWhenThatWasDoneLate(bool wasDone)
    {
        TaskLife[] lives = [Life(App, "m2", 3, asked: 9), .. wasDone ? [Life(App, "m1", 8.5, instance: "2")] : Array.Empty<TaskLife>()];
        Assert.That(Find([Unknown(1, Define(App, "m1")), Done(2, Define(App, "m2"))], lives), Has.Count.EqualTo(wasDone ? 0 : 1));
    }

    [TestCaseSource(nameof(Causes))]
    public void Task_EndedByALaterCall_IsNoViolation(Write cause) =>
        Assert.That(Find([Done(0, Define(App, "m1")), Unknown(5, cause)], [Life(App, "m1", 1, asked: 9)]), Is.Empty);

    [Test]
    public void Task_OfAnAgentThatWasGivenUp_MayBeKilled() =>
        Assert.That(Find([Done(0, Define(App, "m1"))], [Life(App, "m1", 1, asked: 45), Replacement()], Cut(5, 40, "h1")), Is.Empty);

    [Test]
    public void Task_ThatReplacedTheOneOfAnAgentThatWasGivenUp_MayBeKilled() =>
        Assert.That(Find([Done(0, Define(App, "m1"))], [Life(App, "m1", 1), Replacement(asked: 46)], Cut(5, 40, "h1")), Is.Empty);

    [Test]
    public void Task_AndItsReplacement_MustNotBothBeKilled() =>
        Assert.That(Find([Done(0, Define(App, "m1"))], [Life(App, "m1", 1, asked: 45), Replacement(asked: 46)], Cut(5, 40, "h1")),
            Has.Count.EqualTo(1));

    [Test]
    public void Task_OfAnotherAgentThanTheOneGivenUp_MustLive() =>
        Assert.That(Find([Done(0, Define(App, "m1"))],
            [Life(App, "m1", 1), Life(App, "m1", 1, asked: 45, instance: "2", host: "h2")], Cut(5, 40, "h1")), Has.Count.EqualTo(1));

    [Test]
    public void Task_KilledBeforeItsAgentCouldBeGivenUp_IsAViolation() =>
        Assert.That(Find([Done(0, Define(App, "m1"))], [Life(App, "m1", 1, asked: 9)], Cut(5, 40, "h1")), Has.Count.EqualTo(1));

    [Test]
    public void Task_WhoseProcessAFaultHasKilled_MayVanish()
    {
        var life = Life(App, "m1", 1, end: 9);
        var fault = Cut(8, 15) with { EndedProcesses = [life.Process] };
        Assert.That(Find([Done(0, Define(App, "m1"))], [life], fault), Is.Empty);
        Assert.That(Find([Done(0, Define(App, "m1"))], [life with { Process = 7 }], fault), Has.Count.EqualTo(1));
    }

    /// <summary>When all is judged we remove everything ourselves.</summary>
    [Test]
    public void Task_EndedAfterTheRun_IsNoViolation()
    {
        var history = new RunHistory { Calls = [Done(0, Define(App, "m1"))], Lives = [Life(App, "m1", 1, asked: 9)],
            Final = Final() with { At = At(8) } };
        Assert.That(Violations<KilledForCause>(history), Is.Empty);
    }

    private static TaskLife Replacement(double? asked = null) => Life(App, "m1", 25, asked, instance: "2", host: "h2");

    private static Write[] Causes() => [Define(App, "m2"), new Write.Resize(App, 0), new Write.Restart(App), new Write.Remove(App)];

    private static IReadOnlyList<string> Find(RecordedCall[] calls, TaskLife[] lives, params FaultRecord[] faults) =>
        Violations<KilledForCause>(new RunHistory { Calls = calls, Lives = lives, Faults = faults });
}
