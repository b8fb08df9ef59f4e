using Offerbook.Chaos.Checker;
using Offerbook.Chaos.Observation;
using static Offerbook.Chaos.Tests.Checker.Forged;

namespace Offerbook.Chaos.Tests.Checker;

[TestFixture]
internal sealed class JobRunsTests
{
    private const string Job = "job:j";

    [Test]
    public void Job_EachRunOnce_IsNoViolation() => Assert.That(Find("finished", Run("0", 0), Run("1", 0)), Is.Empty);

    [Test]
    public void Job_RunAgainAfterAnAttemptThatDidNothing_IsNoViolation() =>
        Assert.That(Find("finished", Run("0", 0) with { Ready = null }, Run("0", 1), Run("1", 0)), Is.Empty);

    [Test]
    public void Job_RunTwice_IsAViolation() =>
        Assert.That(Find("finished", Run("0", 0), Run("0", 1), Run("1", 0)), Has.One.Contains("run 0 of job:j was carried out 2 times"));

    [Test]
    public void Job_FinishedWithoutARun_IsAViolation() =>
        Assert.That(Find("finished", Run("0", 0)), Has.One.Contains("nothing has carried out its runs 1"));

    [TestCase("failed"), TestCase("running"), TestCase(null)]
    public void Job_AcceptedAndNotFinished_IsAViolation(string? state) =>
        Assert.That(Find(state, Run("0", 0), Run("1", 0)), Has.One.Contains($"was accepted and is {state ?? "not known"}"));

    private static TaskLife Run(string run, int attempt) =>
        new($"j.{run}-{attempt}", attempt, Job, run, "", At(1 + attempt), At(1 + attempt), null, At(1.5 + attempt));

    private static IReadOnlyList<string> Find(string? state, params TaskLife[] lives) => Violations<JobRuns>(new RunHistory
    {
        Calls = [Done(0, new Write.Submit(Job, 2))], Lives = lives,
        Final = Final() with { Jobs = state is null ? [] : [new ToldJob(Job, state)] },
    });
}
