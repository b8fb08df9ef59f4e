using Offerbook.Apps.Health;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Health;

public sealed class HealthCounterTests
{
    private static readonly HealthCheck Check = HealthCheck.Default with { MaxConsecutiveFailures = 2, GracePeriodSeconds = 10 };
    private static readonly ProbeResult Bad = new ProbeResult.NoAnswer("refused");
    private static readonly ProbeResult Good = new ProbeResult.HttpAnswered(204, "No Content");

    [TestCase(199, false)]
    [TestCase(200, true)]
    [TestCase(302, true)]
    [TestCase(399, true)]
    [TestCase(400, false)]
    [TestCase(503, false)]
    public void Count_HttpStatus_IsHealthyFrom200To399(int status, bool healthy) =>
        Assert.That(Count(CheckHealth.None, new ProbeResult.HttpAnswered(status, ""), 60).Verdict,
            Is.EqualTo(healthy ? HealthVerdict.Success : HealthVerdict.Failure));

    [Test]
    public void Count_FailuresInGracePeriod_AreIgnoredUntilTheFirstSuccess()
    {
        Assert.That(Count(CheckHealth.None, Bad, 10).Verdict, Is.EqualTo(HealthVerdict.Ignored));
        Assert.That(Count(CheckHealth.None, Bad, 11).Verdict, Is.EqualTo(HealthVerdict.Failure));
        var once = Count(CheckHealth.None, Good, 1).Health;
        Assert.That(Count(once, Bad, 2).Verdict, Is.EqualTo(HealthVerdict.Failure));
    }

    [Test]
    public void Count_ConsecutiveFailures_KillWithTheOneAfterTheAllowedNumber()
    {
        var health = CheckHealth.None;
        var verdicts = new List<HealthVerdict>();
        for (var i = 0; i < 4; i++)
        {
            (health, var verdict) = Count(health, Bad, 60);
            verdicts.Add(verdict);
        }
        Assert.That(verdicts, Is.EqualTo(new[] { HealthVerdict.Failure, HealthVerdict.Failure, HealthVerdict.Kill, HealthVerdict.Kill }));
        Assert.That((health.IsAlive, health.ConsecutiveFailures, health.LastFailureCause), Is.EqualTo((false, 4, "refused")));
        Assert.That(Count(health, Good, 60).Health, Has.Property("IsAlive").True.And.Property("ConsecutiveFailures").Zero);
    }

    [Test]
    public void Count_WithZeroAllowed_NeverKills()
    {
        var health = CheckHealth.None with { ConsecutiveFailures = 1_000 };
        Assert.That(HealthCounter.Count(health, Check with { MaxConsecutiveFailures = 0 }, Bad, default, TimeSpan.FromHours(1)).Verdict,
            Is.EqualTo(HealthVerdict.Failure));
    }

    [Test]
    public void Count_Informational_IsIgnoredOnlyIfAskedTo()
    {
        var answer = new ProbeResult.HttpAnswered(100, "Continue");
        Assert.That(
            HealthCounter.Count(CheckHealth.None, Check with { IgnoreHttp1xx = true }, answer, default, TimeSpan.FromHours(1)).Verdict,
            Is.EqualTo(HealthVerdict.Ignored));
        Assert.That(Count(CheckHealth.None, answer, 60).Verdict, Is.EqualTo(HealthVerdict.Failure));
    }

    private static (CheckHealth Health, HealthVerdict Verdict) Count(CheckHealth health, ProbeResult result, int runningSeconds) =>
        HealthCounter.Count(health, Check, result, new Timestamp(1_000), TimeSpan.FromSeconds(runningSeconds));
}
