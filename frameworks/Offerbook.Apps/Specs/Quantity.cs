using System.Globalization;

namespace Offerbook.Apps.Specs;

/// <summary>
/// An amount of cpus, or of MiB of memory or disk, in whole thousandths: the precision in which the cluster counts. More digits
/// are rounded half to even when an amount is read, so that what is shown is what is asked for.
/// </summary>
public readonly record struct Quantity(long Milli) : IComparable<Quantity>
{
    /// <summary>10^12 units: far above any machine, far below where thousandths of a double become inexact (2^53 / 1000).</summary>
    public const double Max = 1e12;

    public static Quantity Zero => default;

    /// <param name="units">Within ±<see cref="Max"/>.</param>
    public static Quantity Of(double units) => new((long)Math.Round(units * 1000, MidpointRounding.ToEven));

    public double Units => Milli / 1000.0;

    public bool IsZero => Milli == 0;

    public int CompareTo(Quantity other) => Milli.CompareTo(other.Milli);

    public static bool operator <(Quantity left, Quantity right) => left.Milli < right.Milli;
    public static bool operator >(Quantity left, Quantity right) => left.Milli > right.Milli;
    public static bool operator <=(Quantity left, Quantity right) => left.Milli <= right.Milli;
    public static bool operator >=(Quantity left, Quantity right) => left.Milli >= right.Milli;
    public static Quantity operator +(Quantity left, Quantity right) => new(left.Milli + right.Milli);
    public static Quantity operator -(Quantity left, Quantity right) => new(left.Milli - right.Milli);

    /// <summary>The shortest decimal form: <c>1</c>, <c>0.1</c>, <c>128.5</c>.</summary>
    public override string ToString() => (Milli / 1000m).ToString("0.###", CultureInfo.InvariantCulture);
}
