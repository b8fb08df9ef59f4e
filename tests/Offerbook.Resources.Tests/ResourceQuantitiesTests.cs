namespace Offerbook.Resources.Tests;

public sealed class ResourceQuantitiesTests
{
    private static readonly ResourceQuantities Both = ResourceQuantities.Of(("mem", 64), ("cpus", 1.5));

    [Test]
    public void Arithmetic_OnQuantities_IsByNameAndNeverBelowZero()
    {
        Assert.That((Both + ResourceQuantities.Of(("cpus", 0.5), ("disk", 1))).ToString(), Is.EqualTo("cpus:2; disk:1; mem:64"));
        Assert.That((Both - ResourceQuantities.Of(("cpus", 1.5), ("mem", 100), ("gpus", 1))).IsEmpty, Is.True);
    }

    [Test]
    public void Contains_LessOrAbsent_DecidesByName()
    {
        Assert.That(Both.Contains(ResourceQuantities.Of(("cpus", 1))), Is.True);
        Assert.That(Both.Contains(ResourceQuantities.Of(("cpus", 1.501))), Is.False);
        Assert.That(Both.Contains(ResourceQuantities.Of(("gpus", 1))), Is.False);
        Assert.That(Both.Contains(ResourceQuantities.Empty), Is.True);
    }

    [Test]
    public void Of_AName_Twice_AddsUp() =>
        Assert.That(ResourceQuantities.Of(("cpus", 1), ("cpus", 2))["cpus"], Is.EqualTo(Scalar.FromUnits(3)));
}
