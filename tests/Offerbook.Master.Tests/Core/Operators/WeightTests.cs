using static Offerbook.Master.Tests.Core.Operators.OperatorScripts;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Tests.Core.Operators;

/// <summary>Weights as operators set them (case 172).</summary>
[Category("case 172")]
internal sealed class WeightTests
{
    private MasterHarness _master = null!;

    [SetUp]
    public void SetUp()
    {
        _master = new MasterHarness();
        new TestAgent(_master).Subscribe();
    }

    [Test]
    public void Update_IsShownTrimmedAndSurvivesARestart()
    {
        Succeeds(_master.UpdateWeights((" b ", 2.5), ("a/x", 0.5)));
        Succeeds(_master.UpdateWeights(("b", 3)));
        _master.Restart();
        Assert.That(_master.View.Operator.Weights.Select(weight => (weight.Role, weight.Weight)),
            Is.EqualTo(new[] { ("a/x", 0.5), ("b", 3.0) }));
    }

    [TestCase(-1, "-1")]
    [TestCase(0, "0")]
    [TestCase(double.PositiveInfinity, "Infinity")]
    public void Update_WithAWeightThatIsNone_ChangesNothing(double weight, string text)
    {
        Fails(_master.UpdateWeights(("b", 2), ("a", weight)), 400,
            $"Failed to validate update weights request JSON for role 'a': Invalid weight '{text}': Weights must be positive");
        Assert.That(_master.View.Operator.Weights, Is.Empty);
    }

    [Test]
    public void Update_OfABadRole_IsRefused() => Assert.That(_master.UpdateWeights(("/a", 2)).Text,
        Is.EqualTo("Failed to validate update weights request JSON: Invalid role '/a': Role '/a' cannot start with a slash"));

    [Test]
    public void Update_OfARoleWithFrameworks_TakesAllOffersBack()
    {
        var scheduler = new TestScheduler(_master, TestScheduler.Framework("a")).Subscribe();
        Succeeds(_master.UpdateWeights(("nobody", 2)));
        Assert.That(scheduler.Events.Any(e => e.Type == EventType.Rescind), Is.False);
        Succeeds(_master.UpdateWeights(("a", 2)));
        _master.Settle();
        Assert.That(scheduler.Events.Count(e => e.Type == EventType.Rescind), Is.EqualTo(1));
        Assert.That(scheduler.Offers, Has.Count.EqualTo(2));
    }
}
