using FsCheck.NUnit;

namespace Offerbook.Resources.Tests;

[Properties(Arbitrary = [typeof(Generators)], MaxTest = 500)]
public sealed class ResourceBagProperties
{
    [Property]
    public bool Sum_TakenAwayAgain_IsWhatItWas(BagPair pair) => pair.Left + pair.Right - pair.Right == pair.Left;

    [Property]
    public bool Sum_Always_ContainsBothSides(BagPair pair)
    {
        var sum = pair.Left + pair.Right;
        return sum.Contains(pair.Left) && sum.Contains(pair.Right);
    }

    [Property]
    public bool Sum_InEitherOrder_IsEqual(ResourceBag left, ResourceBag right) =>
        left + right == right + left && (left + right).GetHashCode() == (right + left).GetHashCode();

    [Property]
    public bool Sum_GroupedEitherWay_IsEqual(ResourceBag a, ResourceBag b, ResourceBag c) => a + b + c == a + (b + c);

    [Property]
    public bool Difference_OfContained_AddsUpToTheWhole(BagPair pair)
    {
        var whole = pair.Left + pair.Right;
        return (whole - pair.Left) + pair.Left == whole;
    }

    [Property]
    public bool Difference_FromItself_IsEmpty(ResourceBag bag) => (bag - ResourceBag.Of([.. bag])).IsEmpty;

    [Property]
    public bool Contains_BothWays_IsEquality(ResourceBag left, ResourceBag right) =>
        (left.Contains(right) && right.Contains(left)) == (left == right);

    [Property]
    public bool Bag_WithAnythingMore_IsNotContained(ResourceBag bag) => !bag.Contains(bag + ResourceBag.Parse("extra:0.001"));

    [Property]
    public bool Reserved_AndUnreserved_MakeTheWhole(ResourceBag bag) => bag.Reserved() + bag.Unreserved() == bag;

    [Property]
    public bool Allocate_ThenUnallocate_IsTheUnallocatedBag(ResourceBag bag) =>
        bag.Allocate("ops").Unallocate() == bag.Unallocate()
        && bag.Allocate(new AllocatedKinds("ops")) == bag.Allocate("ops")
        && (bag.IsEmpty || bag.Allocate("ops").AllocationRole() == "ops");

    [Property]
    public bool Quantities_OfASumWithoutSharedVolumes_AreTheSumOfQuantities(ResourceBag left, ResourceBag right) =>
        (left.NonShared() + right.NonShared()).Quantities.Equals(left.NonShared().Quantities + right.NonShared().Quantities);

    [Property]
    public bool Format_WrittenAndRead_IsTheSameBag(ResourceBag bag)
    {
        foreach (var format in Enum.GetValues<ResourceFormat>())
        {
            var reading = ResourceReader.Read(bag.ToProto(format));
            if (!reading.IsValid || reading.Bag != bag)
            {
                return false;
            }
        }

        return true;
    }

    [Property]
    public bool Text_PrintedAndParsed_IsTheSameBag(ResourceBag bag)
    {
        var reading = ResourceText.Parse(ResourceText.Print(bag));
        return reading.IsValid && reading.Bag == bag;
    }

    [Property]
    public bool Text_OfRubbish_GivesProblemsOrAValidBag(string rubbish)
    {
        foreach (var text in new[]
        {
            rubbish, "cpus:" + rubbish, "ports:[" + rubbish + "]", "d:{" + rubbish + "}", "x(" + rubbish + "):1", "[" + rubbish,
            "[{" + rubbish + "}]",
        })
        {
            var reading = ResourceText.Parse(text ?? "");
            if (reading.IsValid && ResourceText.Parse(ResourceText.Print(reading.Bag)).Bag != reading.Bag)
            {
                return false;
            }
        }

        return true;
    }
}
