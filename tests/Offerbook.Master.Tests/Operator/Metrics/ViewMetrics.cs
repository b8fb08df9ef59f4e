using Offerbook.Master.Http.Metrics;
using Offerbook.Master.Operator.Metrics;
using Offerbook.Master.Operator.Views;

namespace Offerbook.Master.Tests.Operator.Metrics;

/// <summary>What /metrics/snapshot would show of a view, by name.</summary>
internal static class ViewMetrics
{
    public static IReadOnlyDictionary<string, double> Of(MasterView view)
    {
        var sink = new SnapshotSink();
        MasterMetrics.AddTo(sink, view);
        return sink.Sorted().ToDictionary();
    }
}
