namespace Offerbook.Master.Operator.Metrics;

/// <summary>
/// Operations on resources by type and state. All names are there from the beginning: exporters stop at the first one missing.
/// </summary>
internal static class OperationMetrics
{
    private static readonly string[] States =
        ["dropped", "error", "failed", "finished", "gone_by_operator", "pending", "recovering", "total", "unreachable"];

    private static readonly string[] Types =
        ["create", "create_disk", "destroy", "destroy_disk", "grow_volume", "reserve", "shrink_volume", "unreserve"];

    /// <param name="count">How many operations of a type are in a state, or have come to it if it is a last one.</param>
    public static void AddTo(IMetricSink sink, Func<string, string, long> count)
    {
        foreach (var state in States)
        {
            var sum = 0L;
            foreach (var type in Types)
            {
                var value = count(type, state);
                sum += value;
                if (state == "total")
                {
                    sink.Add(MetricKind.Counter, $"master/operations/{type}/total", value, "");
                }
                else
                {
                    sink.Add(MetricKind.Gauge, $"master/operations/{type}/{state}", value, "master_operations",
                        new MetricLabel("type", type), new MetricLabel("state", state));
                }
            }
            sink.Add(MetricKind.Gauge, $"master/operations/{state}", sum, "");
        }
    }
}
