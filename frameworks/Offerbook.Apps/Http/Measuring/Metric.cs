namespace Offerbook.Apps.Http.Measuring;

internal enum MetricKind
{
    /// <summary>A value that goes up and down.</summary>
    Gauge,

    /// <summary>A count that only grows while the process lives.</summary>
    Counter,
}

internal readonly record struct Metric(string Name, MetricKind Kind, double Value);
