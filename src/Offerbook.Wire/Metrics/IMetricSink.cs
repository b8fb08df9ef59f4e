namespace Offerbook.Wire.Metrics;

public enum MetricKind
{
    /// <summary>A value of this moment.</summary>
    Gauge,

    /// <summary>Counts from the start of the program and never falls.</summary>
    Counter,
}

/// <summary>A label of a metric, where the reader knows labels.</summary>
public readonly record struct MetricLabel(string Name, string Value);

/// <summary>
/// Takes metrics for one answer. Each has a name as the original has it, a path; a reader that knows labels takes a family and
/// labels instead. A sink uses the one and ignores the other.
/// </summary>
public interface IMetricSink
{
    /// <param name="family">In words with underscores; null: made from the name; empty: the metric is for readers of names only, as a sum
    /// over labels is.</param>
    void Add(MetricKind kind, string name, double value, string? family = null, params ReadOnlySpan<MetricLabel> labels);

    /// <summary>What took how long, lately.</summary>
    void Add(string name, SampleSummary samples, string? family = null, params ReadOnlySpan<MetricLabel> labels);

    /// <summary>How often something took how long.</summary>
    void Add(string name, Histogram histogram, string family, params ReadOnlySpan<MetricLabel> labels);

    /// <summary>
    /// Until <see cref="Leave"/> every name begins with the prefix, and every metric has the labels too. Scopes do not nest.
    /// </summary>
    void Enter(string prefix, params ReadOnlySpan<MetricLabel> labels);

    void Leave();
}
