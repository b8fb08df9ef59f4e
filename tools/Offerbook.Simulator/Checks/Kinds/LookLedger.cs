using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Previews;
using Offerbook.Apps.Rebalancing;
using Offerbook.Apps.Specs;
using Offerbook.Resources;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Nodes;
using Offerbook.Wire.Identity;

namespace Offerbook.Simulator.Checks.Kinds;

/// <summary>
/// Whoever has Apps look around is answered once and soon; what it remembers of an agent is no more than the machine has; what it says
/// would fit fits into that, and each instance that it would move is one of the app's, runs, and goes elsewhere.
/// </summary>
public sealed class LookLedger
{
    /// <summary>It takes 1.2 s, and may wait for the end of a turn that itself waited behind a pause.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SimCluster _cluster;
    private readonly List<Watch> _watches = [];

    public LookLedger(SimCluster cluster)
    {
        _cluster = cluster;
        for (var i = 0; i < cluster.AppsPorts.Count; i++)
        {
            var (node, looks) = (cluster.AppsRole.Nodes[i], cluster.AppsPorts[i].Looks);
            var watch = new Watch(node);
            _watches.Add(watch);
            node.Received += message => Ask(watch, message);
            node.Emitted += effect => Answer(watch, effect);
            node.Crashed += _ => watch.Asked.Clear();
            looks.Judged += Judge;
            looks.Ranked += Rank;
        }
    }

    /// <summary>Questions that were answered after a look.</summary>
    public long Answered { get; private set; }

    /// <summary>Instances of which it was said that they would be better elsewhere.</summary>
    public long Moves { get; private set; }

    public void Check()
    {
        foreach (var watch in _watches.Where(watch => watch.Node is { IsUp: true, IsPaused: false }))
        {
            foreach (var (connection, since) in watch.Asked)
            {
                Invariant.Check(_cluster.World.Elapsed - since <= Patience,
                    $"I26: {watch.Node.Name} was asked to look around at {since} ({connection}) and has not answered");
            }
        }
        if (_cluster.AppsCore is not null)
        {
            foreach (var (agent, known) in _cluster.AppsPort.View.Known)
            {
                Invariant.Check(known.Rest.Resources.ScalarOf("cpus").Milli <= (long)_cluster.Plan.CpusMilli * _cluster.Plan.Overstatement
                    && known.Rest.Resources.ScalarOf("mem").Milli <= _cluster.Plan.MemMegabytes * 1_000L,
                    $"I26: Apps takes {known.Rest.Resources} for free on {agent}, whose machine has less");
            }
        }
    }

    private void Ask(Watch watch, AppsMessage message)
    {
        if (message is AppsMessage.ApiCalled { Call: ApiCall.LookAround } called)
        {
            watch.Asked.Add(called.Connection, _cluster.World.Elapsed);
        }
    }

    private void Answer(Watch watch, IEffect effect)
    {
        if (effect is Reply reply && watch.Asked.Remove(reply.Connection))
        {
            Invariant.Check(reply.Status == 204, $"I26: a look around is answered {reply.Status}");
            Answered++;
        }
    }

    private static void Judge(AppsView view, FitVerdict verdict)
    {
        var free = view.Known.Values.Sum(known => known.Rest.Resources.ScalarOf("cpus").Milli);
        var taken = verdict.Starts.Sum(start => start.Placed
            * ScalarNeed.Of(start.Spec).Where(need => need.Name == "cpus").Sum(need => need.Amount.Milli + need.Executor.Milli));
        Invariant.Check(verdict.Agents <= view.Known.Count && taken <= free
            && verdict.Starts.All(start => start.Placed <= start.Wanted),
            $"I26: {taken} thousandths of a cpu are said to fit into {free}");
    }

    private void Rank(AppsView view, RunSpec app, IReadOnlyList<InstanceMove> moves)
    {
        Moves += moves.Count;
        Invariant.Check(moves.Select(move => move.Instance.Id).Distinct().Count() == moves.Count,
            $"I26: an instance of {app.Id} moves twice");
        foreach (var move in moves)
        {
            var instance = view.State.Instances.Find(move.Instance.Id);
            Invariant.Check(instance is { Condition: Condition.Running, Placement: not null } && instance.App == app.Id
                && instance.Placement.Location != move.To && move.Gain > 0,
                $"I26: {move.Instance.Id} would move to {move.To.Host} and gain {move.Gain}");
        }
    }

    private sealed class Watch(SimNode<AppsMessage> node)
    {
        public SimNode<AppsMessage> Node => node;

        /// <summary>When who looks around asked.</summary>
        public Dictionary<ConnectionId, TimeSpan> Asked { get; } = [];
    }
}
