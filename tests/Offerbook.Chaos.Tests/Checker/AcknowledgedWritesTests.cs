using Offerbook.Chaos.Checker;
using Offerbook.Chaos.Observation;
using static Offerbook.Chaos.Tests.Checker.Forged;

namespace Offerbook.Chaos.Tests.Checker;

[TestFixture]
internal sealed class AcknowledgedWritesTests
{
    [Test]
    public void AcknowledgedApp_FoundAsItWasTold_IsNoViolation() =>
        Assert.That(Find([Done(1, Define(App, "m1")), Done(2, new Write.Resize(App, 3))], new ToldSpec(App, "m1", 3)), Is.Empty);

    [Test]
    public void AcknowledgedApp_NotThere_IsLost() =>
        Assert.That(Find([Done(1, Define(App, "m1"))]), Has.One.Contains("was acknowledged and is not there"));

    [Test]
    public void LaterAcknowledgedUpdate_NotInEffect_IsLost() =>
        Assert.That(Find([Done(1, Define(App, "m1")), Done(2, Define(App, "m2"))], new ToldSpec(App, "m1", 1)),
            Has.One.Contains("has the configuration m1, not m2"));

    [Test]
    public void AcknowledgedScale_NotInEffect_IsLost() =>
        Assert.That(Find([Done(1, Define(App, "m1")), Done(2, new Write.Resize(App, 3))], new ToldSpec(App, "m1", 1)),
            Has.One.Contains("has 1 instances, not 3"));

    [Test]
    public void RemovedApp_StillThere_IsAViolation() =>
        Assert.That(Find([Done(1, Define(App, "m1")), Done(2, new Write.Remove(App))], new ToldSpec(App, "m1", 1)),
            Has.One.Contains("was removed and is there"));

    [Test]
    public void AppThatNobodyMade_IsAViolation() =>
        Assert.That(Find([], new ToldSpec(App, "m1", 1)), Has.One.Contains("nobody has ever successfully asked for it"));

    [Test]
    public void RefusedUpdate_InEffect_IsAViolation() =>
        Assert.That(Find([Done(1, Define(App, "m1")), Call(2, CallOutcome.Refused, Define(App, "m2"))], new ToldSpec(App, "m2", 1)),
            Has.One.Contains("has the configuration m2"));

    /// <summary>A call without an answer may have been done, and even after the one that followed it.</summary>
    [TestCase("m2"), TestCase("m3")]
    public void UnknownOutcome_DoneOrNot_IsNoViolation(string mark) =>
        Assert.That(Find([Done(1, Define(App, "m1")), Unknown(2, Define(App, "m2")), Done(3, Define(App, "m3"))],
            new ToldSpec(App, mark, 1)), Is.Empty);

    [Test]
    public void UnknownRemoval_DoneOrNot_IsNoViolation()
    {
        RecordedCall[] calls = [Done(1, Define(App, "m1")), Unknown(2, new Write.Remove(App))];
        Assert.That(Find(calls), Is.Empty);
        Assert.That(Find(calls, new ToldSpec(App, "m1", 1)), Is.Empty);
    }

    private static IReadOnlyList<string> Find(RecordedCall[] calls, params ToldSpec[] told) =>
        Violations<AcknowledgedWrites>(new RunHistory { Calls = calls, Final = Final(told) });
}
