using Offerbook.Apps.Launching;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Launching;

public sealed class LaunchDelayTests
{
    private static readonly AppDefinition App = new() { Id = PathId.Parse("/a"), Backoff = new Backoff(1, 1.15, 300) };

    [Test]
    public void AfterFailure_Consecutive_GrowsByTheFactorUpToTheMaximum()
    {
        LaunchDelay? delay = null;
        var delays = new List<double>();
        for (var i = 0; i < 43; i++)
        {
            delay = LaunchDelay.AfterFailure(delay, App, new Timestamp(i));
            delays.Add(delay.Delay.TotalSeconds);
        }
        Assert.That(delays.Take(3), Is.EqualTo(new[] { 1, 1.15, 1.3225 }).Within(1e-6));
        Assert.That(delays[40], Is.LessThan(300));
        Assert.That(delays[42], Is.EqualTo(300));
    }

    [Test]
    public void AfterFailure_OfAnotherConfiguration_StartsAfresh()
    {
        var first = LaunchDelay.AfterFailure(LaunchDelay.AfterFailure(null, App, default), App, default);
        var other = App with { VersionInfo = VersionInfo.New(new Timestamp(5)) };
        Assert.That(LaunchDelay.AfterFailure(first, other, default).Delay, Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public void AfterFailure_FirstDelay_IsAtMostTheMaximum() => Assert.That(
        LaunchDelay.AfterFailure(null, App with { Backoff = new Backoff(60, 1, 10) }, default).Delay, Is.EqualTo(TimeSpan.FromSeconds(10)));

    [Test]
    public void IsForgotten_AfterTheMaximumWithoutFailure_IsTrue()
    {
        var delay = LaunchDelay.AfterFailure(null, App, new Timestamp(1_000));
        Assert.That(delay.IsForgotten(App, new Timestamp(301_000)), Is.False);
        Assert.That(delay.IsForgotten(App, new Timestamp(301_001)), Is.True);
    }

    [Test]
    public void Touch_MovesTheDeadlineAndKeepsTheDelay()
    {
        var delay = LaunchDelay.AfterFailure(null, App, new Timestamp(1_000)).Touch(new Timestamp(5_000));
        Assert.That((delay.Deadline, delay.Delay), Is.EqualTo((new Timestamp(6_000), TimeSpan.FromSeconds(1))));
    }
}
