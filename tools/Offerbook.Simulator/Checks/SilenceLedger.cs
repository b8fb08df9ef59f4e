using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Seats;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// A leader that another has taken over from has no effect on anybody, later than <see cref="LeadershipProof.Lasts"/> after the
/// takeover was committed: for so long a confirmation of the store counts that was asked for before. Time in which the leader stood
/// still does not make it longer.
/// </summary>
public sealed class SilenceLedger
{
    /// <summary>
    /// On its way the answer of the store, which counts from the question, costs nothing; a look at the clock may be a step old.
    /// </summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(10);

    public SilenceLedger(SimCluster cluster)
    {
        Watch(cluster.Masters);
        Watch(cluster.AppsRole);
        Watch(cluster.BatchRole);
    }

    private static void Watch<TMessage>(SimRole<TMessage> role) where TMessage : class
    {
        if (!role.IsElected)
        {
            return;
        }
        foreach (var node in role.Nodes)
        {
            node.Left += effect => Check(node, effect);
        }
    }

    private static void Check<TMessage>(SimNode<TMessage> node, IEffect effect) where TMessage : class
    {
        if (node.Holder!.FencedFor is { } since && since > LeadershipProof.Lasts * (1 + Math.Abs(node.Clock.Drift)) + Slack)
        {
            Invariant.Fail($"I8: {node.Name} lets {effect.GetType().Name} out in epoch {node.Epoch}, {since} after another has taken over");
        }
    }
}
