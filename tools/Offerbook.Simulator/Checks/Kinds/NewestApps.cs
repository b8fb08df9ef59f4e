using Offerbook.Apps.Core;
using Offerbook.Simulator.Cluster;

namespace Offerbook.Simulator.Checks.Kinds;

/// <summary>What the newest leader of Apps last knew, also while none is there.</summary>
public sealed class NewestApps
{
    private long _epoch;

    public NewestApps(SimCluster cluster)
    {
        foreach (var node in cluster.AppsRole.Nodes)
        {
            node.TurnEnded += () =>
            {
                // What somebody decides after another has taken over is never written down.
                if (node.Epoch >= _epoch && node.Core is AppsCore core)
                {
                    _epoch = node.Epoch;
                    State = core.State;
                }
            };
        }
    }

    /// <summary>Null before the first life.</summary>
    public AppsState? State { get; private set; }
}
