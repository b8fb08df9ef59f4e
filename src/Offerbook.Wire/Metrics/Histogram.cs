namespace Offerbook.Wire.Metrics;

/// <summary>How often something took how long, since the start of the program.</summary>
/// <param name="BoundsSeconds">Upper bounds, rising.</param>
/// <param name="Buckets">How often it was within each bound and beyond the one before; the last one is for what was beyond all.</param>
public sealed record Histogram(IReadOnlyList<double> BoundsSeconds, long[] Buckets, double SumSeconds)
{
    public long Count => Buckets.Sum();
}
