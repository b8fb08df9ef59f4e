using System.Globalization;

namespace Offerbook.Resources;

/// <summary>
/// An amount of a scalar resource, exact: whole thousandths of its unit (a core, a megabyte) in a <see cref="long"/>.
/// Amounts off the wire are rounded half away from zero to thousandths, so anything under 0.0005 is nothing, and 0.1 ten times is 1.
/// </summary>
/// <param name="Milli">Thousandths of the unit.</param>
public readonly record struct Scalar(long Milli) : IComparable<Scalar>
{
    /// <summary>
    /// 2^40 units, which is an exabyte of memory in megabytes: the most that one resource may hold. 8,388 of them sum without saturating.
    /// </summary>
    public static readonly Scalar Largest = new((1L << 40) * 1000);

    public static readonly Scalar Zero;

    public bool IsZero => Milli == 0;

    /// <summary>
    /// The whole units and thousandths of <paramref name="units"/>; false when it is not a number or beyond ±<see cref="Largest"/>.
    /// </summary>
    public static bool TryFromUnits(double units, out Scalar scalar)
    {
        // The comparison is written so that NaN fails it.
        if (!(Math.Abs(units) <= Largest.Milli / 1000))
        {
            scalar = Zero;
            return false;
        }

        scalar = new Scalar((long)Math.Round(units * 1000, MidpointRounding.AwayFromZero));
        return true;
    }

    /// <summary>For amounts known to be in bounds; throws beyond ±<see cref="Largest"/>.</summary>
    public static Scalar FromUnits(double units) => TryFromUnits(units, out var scalar)
        ? scalar
        : throw new ArgumentOutOfRangeException(nameof(units), units, "A scalar holds at most 2^40 units.");

    /// <summary>The amount as the wire has it: quotient plus remainder/1000.</summary>
    public double ToDouble() => (Milli / 1000) + (Milli % 1000 / 1000.0);

    /// <summary>Sums saturate instead of wrapping round: a cluster cannot be made to own a negative amount.</summary>
    public static Scalar operator +(Scalar left, Scalar right)
    {
        var sum = unchecked(left.Milli + right.Milli);
        var overflowed = ((left.Milli ^ sum) & (right.Milli ^ sum)) < 0;
        return new Scalar(!overflowed ? sum : left.Milli < 0 ? long.MinValue : long.MaxValue);
    }

    public static Scalar operator -(Scalar left, Scalar right) =>
        left + new Scalar(right.Milli == long.MinValue ? long.MaxValue : -right.Milli);

    public static bool operator <(Scalar left, Scalar right) => left.Milli < right.Milli;

    public static bool operator >(Scalar left, Scalar right) => left.Milli > right.Milli;

    public static bool operator <=(Scalar left, Scalar right) => left.Milli <= right.Milli;

    public static bool operator >=(Scalar left, Scalar right) => left.Milli >= right.Milli;

    public int CompareTo(Scalar other) => Milli.CompareTo(other.Milli);

    /// <summary>The shortest text: <c>4</c>, <c>0.1</c>, <c>-2.005</c>.</summary>
    public override string ToString()
    {
        var whole = (Milli / 1000).ToString(CultureInfo.InvariantCulture);
        var thousandths = Math.Abs(Milli % 1000);
        if (thousandths == 0)
        {
            return whole;
        }

        var sign = Milli is < 0 and > -1000 ? "-" : "";
        return sign + whole + "." + thousandths.ToString("000", CultureInfo.InvariantCulture).TrimEnd('0');
    }
}
