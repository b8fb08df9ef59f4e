using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Specs;

public sealed class ValueTests
{
    [Test]
    public void ValueList_EqualElements_IsEqual()
    {
        ValueList<string> one = ["a", "b"], same = ["a", "b"], other = ["b", "a"];
        Assert.That(one, Is.EqualTo(same));
        Assert.That(one.GetHashCode(), Is.EqualTo(same.GetHashCode()));
        Assert.That(one.Equals(other), Is.False);
    }

    [Test]
    public void ValueSet_OtherOrder_IsEqualButKeepsItsOwn()
    {
        ValueSet<string> one = ["a", "b", "a"], other = ["b", "a"];
        Assert.That(one.Equals(other), Is.True);
        Assert.That(one.GetHashCode(), Is.EqualTo(other.GetHashCode()));
        Assert.That(one.ToList(), Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public void ValueMap_AnyInsertionOrder_IsSortedAndFound()
    {
        var map = ValueMap.Of(("b", 2), ("a", 1), ("c", 3), ("b", 4));
        Assert.That(map.Keys, Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That(map.GetValueOrDefault("b"), Is.EqualTo(4));
        Assert.That(map.ContainsKey("d"), Is.False);
        Assert.That(map.Equals(ValueMap.Of(("a", 1), ("c", 3), ("b", 4))), Is.True);
    }

    [TestCase(0.1, "0.1")]
    [TestCase(128, "128")]
    [TestCase(0.0005, "0")]
    [TestCase(1.2345, "1.234")]
    public void Quantity_OfUnits_CountsThousandths(double units, string text) =>
        Assert.That(Quantity.Of(units).ToString(), Is.EqualTo(text));
}
