using FsCheck.NUnit;

namespace Offerbook.Resources.Tests;

[Properties(Arbitrary = [typeof(Generators)], MaxTest = 1000)]
public sealed class RangesTests
{
    [Property]
    public bool Arithmetic_OnRanges_IsArithmeticOnTheirNumbers(Ranges left, Ranges right)
    {
        var (a, b) = (Numbers(left), Numbers(right));
        return Numbers(left.Union(right)).SetEquals(a.Union(b))
            && Numbers(left.Except(right)).SetEquals(a.Except(b))
            && left.Contains(right) == b.IsSubsetOf(a)
            && left.Count == (ulong)a.Count;
    }

    [Property]
    public bool Result_Always_IsSortedAndCoalesced(Ranges left, Ranges right)
    {
        foreach (var result in new[] { left, left.Union(right), left.Except(right) })
        {
            for (var i = 1; i < result.Items.Length; i++)
            {
                if (result.Items[i].Begin <= result.Items[i - 1].End + 1)
                {
                    return false;
                }
            }
        }

        return true;
    }

    [Test]
    public void Of_OverlappingAndTouchingRanges_Coalesces() =>
        Assert.That(Ranges.Of(new(5, 9), new(1, 3), new(4, 4), new(8, 12), new(20, 20)).ToString(), Is.EqualTo("[1-12, 20-20]"));

    [Test]
    public void Of_RangesUpToTheLastNumber_DoesNotWrapRound()
    {
        var all = Ranges.Of(new(0, ulong.MaxValue), new(3, 5));

        Assert.That(all.Items.Length, Is.EqualTo(1));
        Assert.That(all.Count, Is.EqualTo(ulong.MaxValue));
        Assert.That(all.Except(Ranges.Of(new ValueRange(ulong.MaxValue, ulong.MaxValue))),
            Is.EqualTo(Ranges.Of(new ValueRange(0, ulong.MaxValue - 1))));
    }

    private static HashSet<ulong> Numbers(Ranges ranges)
    {
        var numbers = new HashSet<ulong>();
        foreach (var range in ranges.Items)
        {
            for (var n = range.Begin; n <= range.End; n++)
            {
                Assert.That(numbers.Add(n), Is.True, "a number is in one range only");
            }
        }

        return numbers;
    }
}
