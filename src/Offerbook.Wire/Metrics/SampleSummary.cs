namespace Offerbook.Wire.Metrics;

/// <summary>Measurements of a window of time, and how many there ever were.</summary>
/// <param name="Window">Sorted.</param>
/// <param name="Last">The newest; null when there never was one.</param>
/// <param name="Count">Of all times.</param>
/// <param name="Sum">Of all times.</param>
public sealed record SampleSummary(double[] Window, double? Last, long Count, double Sum)
{
    /// <summary>Under these names, after a slash, the original shows the shares of the window that lie below.</summary>
    public static IReadOnlyList<(string Name, double Share)> Percentiles { get; } =
        [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999), ("p9999", 0.9999)];

    /// <summary>Between two measurements the value is taken on the line from one to the other.</summary>
    /// <param name="share">0 to 1.</param>
    public double Percentile(double share)
    {
        var position = share * (Window.Length - 1);
        var below = (int)position;
        return below + 1 >= Window.Length
            ? Window[^1]
            : Window[below] + ((position - below) * (Window[below + 1] - Window[below]));
    }
}
