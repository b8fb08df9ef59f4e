using Offerbook.Master.Maintenance;

namespace Offerbook.Master.Operator.Views;

/// <summary>Takes <see cref="OperatorView"/>s, and the same one again until something in it has changed.</summary>
internal sealed class OperatorViews(ClusterState cluster, InverseOffers inverse)
{
    private OperatorView? _last;
    private (long, long, long) _drawn;

    /// <summary>Grows with every change.</summary>
    public long Version => cluster.Registry.Operators.Version + inverse.Version + cluster.ScheduledAgentsVersion;

    /// <summary>Costs, after a change, as much as there are quotas, weights, scheduled machines and inverse offers.</summary>
    public OperatorView Take()
    {
        var present = (cluster.Registry.Operators.Version, inverse.Version, cluster.ScheduledAgentsVersion);
        if (_last is null || _drawn != present || _last.RemovalsHeld != cluster.Recovery.RemovalsHeld)
        {
            var state = cluster.Registry.Operators;
            _drawn = present;
            _last = new OperatorView([.. state.Quotas.Values], [.. state.Weights.Values], state.Schedule, MaintenanceStatus.Of(cluster),
                [.. inverse.All.Select(offer => offer.Sent)], cluster.Recovery.RemovalsHeld);
        }
        return _last;
    }
}
