using FsCheck.NUnit;

namespace Offerbook.Resources.Tests;

public sealed class ScalarTests
{
    [Test]
    public void Sum_OfTenTenths_IsExactlyOne()
    {
        var sum = Scalar.Zero;
        for (var i = 0; i < 10; i++)
        {
            sum += Scalar.FromUnits(0.1);
        }

        Assert.That(sum, Is.EqualTo(Scalar.FromUnits(1)));
        Assert.That(sum.ToDouble(), Is.EqualTo(1.0));
    }

    [TestCase(0.0004999, 0)]
    [TestCase(0.0005, 1)]
    [TestCase(-0.0005, -1)]
    [TestCase(1.0015, 1002)]
    [TestCase(2.5, 2500)]
    public void FromUnits_BetweenThousandths_RoundsHalfAwayFromZero(double units, long milli) =>
        Assert.That(Scalar.FromUnits(units).Milli, Is.EqualTo(milli));

    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    [TestCase(double.NegativeInfinity)]
    [TestCase(1.1e12)]
    [TestCase(-1.1e12)]
    public void TryFromUnits_OutOfBounds_IsRefused(double units) => Assert.That(Scalar.TryFromUnits(units, out _), Is.False);

    [TestCase(4000, "4")]
    [TestCase(100, "0.1")]
    [TestCase(-5, "-0.005")]
    [TestCase(-2050, "-2.05")]
    [TestCase(0, "0")]
    public void ToString_OfAnAmount_IsShortest(long milli, string text) => Assert.That(new Scalar(milli).ToString(), Is.EqualTo(text));

    [Test]
    public void Sum_BeyondTheLargestNumber_Saturates()
    {
        Assert.That(new Scalar(long.MaxValue) + new Scalar(1), Is.EqualTo(new Scalar(long.MaxValue)));
        Assert.That(new Scalar(long.MinValue) - new Scalar(1), Is.EqualTo(new Scalar(long.MinValue)));
    }

    [Property(MaxTest = 1000)]
    public bool FromUnits_OfWhatToDoubleGave_IsTheSame(int milli) => Scalar.FromUnits(new Scalar(milli).ToDouble()).Milli == milli;
}
