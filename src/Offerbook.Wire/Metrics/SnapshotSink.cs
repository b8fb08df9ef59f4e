
namespace Offerbook.Wire.Metrics;

/// <summary>Gathers metrics under their original names, for /metrics/snapshot and GET_METRICS.</summary>
public sealed class SnapshotSink : IMetricSink
{
    private readonly List<KeyValuePair<string, double>> _metrics = new(512);
    private string _prefix = "";

    public void Add(MetricKind kind, string name, double value, string? family = null, params ReadOnlySpan<MetricLabel> labels) =>
        Put(name, value);

    public void Add(string name, SampleSummary samples, string? family = null, params ReadOnlySpan<MetricLabel> labels)
    {
        if (samples.Last is not { } last)
        {
            return; // As in the original a timer is absent until it has measured something.
        }
        Put(name, last);
        Put(name + "/count", samples.Window.Length);
        if (samples.Window.Length > 0)
        {
            Put(name + "/min", samples.Window[0]);
            Put(name + "/max", samples.Window[^1]);
            foreach (var (percentile, share) in SampleSummary.Percentiles)
            {
                Put($"{name}/{percentile}", samples.Percentile(share));
            }
        }
    }

    public void Add(string name, Histogram histogram, string family, params ReadOnlySpan<MetricLabel> labels)
    {
        Put(name, histogram.Count);
        Put(name + "/secs", histogram.SumSeconds);
    }

    public void Enter(string prefix, params ReadOnlySpan<MetricLabel> labels) => _prefix = prefix;

    public void Leave() => _prefix = "";

    /// <summary>Sorted by name; of two metrics with one name there is only the first.</summary>
    public IEnumerable<KeyValuePair<string, double>> Sorted()
    {
        // List.Sort is not stable; the place in the list settles ties.
        string? last = null;
        foreach (var metric in _metrics.OrderBy(metric => metric.Key, StringComparer.Ordinal))
        {
            if (metric.Key != last)
            {
                yield return metric;
            }
            last = metric.Key;
        }
    }

    private void Put(string name, double value) => _metrics.Add(new(_prefix.Length == 0 ? name : _prefix + name, value));
}
