namespace Offerbook.Master.Operator.Metrics;

/// <summary>How often something took how long, since the start of the master.</summary>
/// <param name="BoundsSeconds">Upper bounds, rising.</param>
/// <param name="Buckets">How often it was within each bound and beyond the one before; the last one is for what was beyond all.</param>
internal sealed record Histogram(IReadOnlyList<double> BoundsSeconds, long[] Buckets, double SumSeconds)
{
    public long Count => Buckets.Sum();
}
