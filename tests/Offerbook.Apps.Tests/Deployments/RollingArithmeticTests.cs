using Offerbook.Apps.Deployments;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Deployments;

public sealed class RollingArithmeticTests
{
    [TestCase(10, 1, 1, 10, 10, 20, 0)]
    [TestCase(10, 0.5, 0, 10, 5, 10, 5)]
    [TestCase(10, 0.5, 0.2, 10, 5, 12, 5)]
    [TestCase(10, 1, 0, 10, 10, 11, 0)]
    [TestCase(3, 0.7, 0, 3, 3, 4, 0)]
    [TestCase(1, 0, 0, 1, 0, 1, 1)]
    [TestCase(1, 1, 0, 1, 1, 2, 0)]
    [TestCase(1, 0.5, 0, 1, 1, 2, 0)]
    [TestCase(1, 0.5, 0, 0, 1, 1, 0)]
    [TestCase(2, 0.5, 0, 2, 1, 2, 1)]
    [TestCase(10, 0.1, 0, 1, 1, 10, 0)]
    [TestCase(10, 0.1, 1, 10, 1, 20, 9)]
    public void Begin_EphemeralApp_FollowsTheTable(int wanted, double minimum, double over, int healthy, int minHealthy, int maxCapacity,
        int killNow) =>
        Assert.That(Begin(wanted, minimum, over, false, healthy, healthy), Is.EqualTo(new RollingBounds(minHealthy, maxCapacity, killNow)));

    [TestCase(1, 0.5, 1, 1, 1)]
    [TestCase(1, 0.5, 0, 1, 0)]
    [TestCase(5, 0.5, 5, 5, 2)]
    [TestCase(5, 1, 7, 5, 3)]
    [TestCase(5, 1, 5, 5, 1)]
    [TestCase(5, 1, 3, 5, 0)]
    public void Begin_ResidentApp_DipsRatherThanExceeds(int wanted, double minimum, int healthy, int maxCapacity, int killNow)
    {
        var bounds = Begin(wanted, minimum, 0, true, healthy, healthy);
        Assert.That((bounds.MaxCapacity, bounds.KillNow), Is.EqualTo((maxCapacity, killNow)));
    }

    [Test]
    public void Begin_FewerWantedThanKnown_KillsTheDifferenceAtOnce() =>
        Assert.That(Begin(2, 1, 1, false, 4, 4), Is.EqualTo(new RollingBounds(2, 4, 2)));

    [Test]
    public void Begin_TooFewHealthy_AllowsNothing() =>
        Assert.That(Begin(10, 0.5, 0, false, 4, 10), Is.EqualTo(new RollingBounds(5, 10, 0)));

    [TestCase(10, 20, 10, 0, 10)]
    [TestCase(10, 10, 10, 0, 0)]
    [TestCase(10, 10, 5, 0, 5)]
    [TestCase(10, 12, 10, 0, 2)]
    [TestCase(10, 12, 5, 2, 5)]
    [TestCase(10, 11, 10, 1, 0)]
    [TestCase(3, 6, 0, 3, 0)]
    public void StartNow_GivenRoom_FillsItUpToTheWantedNumber(int wanted, int maxCapacity, int occupied, int started, int expected) =>
        Assert.That(RollingArithmetic.StartNow(wanted, maxCapacity, occupied, started), Is.EqualTo(expected));

    private static RollingBounds Begin(int wanted, double minimum, double over, bool resident, int healthy, int known) =>
        RollingArithmetic.Begin(wanted, new UpgradeStrategy((decimal)minimum, (decimal)over), resident, healthy, known);
}
