using System.Globalization;
using System.Text;
using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Batch.Core;
using Offerbook.Master;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Nodes;
using Offerbook.Storage;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// What holds while programs of two builds replace each other: whoever leads knows the format level of its journal; what came with a
/// level stands in no journal of a lower one, so that the build before can take over; a level is raised when an operator has asked for
/// it, and never lowered. Reads the records by itself. The cores of both builds are the same code, and differ in what they are said to
/// know: it is not seen whether the build before could read what stands in a journal, but whether it may.
/// </summary>
public sealed class FormatLedger
{
    private const int First = 1;

    private const string Raised = "FormatRaised/1";

    private readonly SimCluster _cluster;
    private int _asked = First;

    public FormatLedger(SimCluster cluster)
    {
        _cluster = cluster;
        Watch(cluster.Masters.Nodes, message => message is MasterMessage.FormatAsked asked ? asked.RaiseTo : null);
        Watch(cluster.AppsRole.Nodes, message =>
            message is AppsMessage.ApiCalled { Call: Apps.Core.ApiCall.RaiseFormat raise } ? raise.Level : null);
        Watch(cluster.BatchRole.Nodes, message =>
            message is BatchMessage.ApiCalled { Call: Batch.Core.ApiCall.AskFormat ask } ? ask.RaiseTo : null);
        // They follow their master, which was asked.
        Watch([.. cluster.Machines.Select(machine => machine.Agent)], _ => null);
    }

    private void Watch<TMessage>(IReadOnlyList<SimNode<TMessage>> nodes, Func<TMessage, int?> asks) where TMessage : class
    {
        foreach (var node in nodes)
        {
            var (life, level) = (0, First);
            node.Received += message => _asked = Math.Max(_asked, asks(message) ?? First);
            node.Emitted += effect =>
            {
                if (life != node.Life)
                {
                    (life, level) = (node.Life, LevelOf(node.Journal!.Recover()));
                    var build = _cluster.BuildOf(node.Name);
                    Invariant.Check(level <= build.Newest,
                        $"I27: {node.Name} runs {build.Build}, which knows levels up to {build.Newest}, and goes on with a journal of level {level}");
                }
                level = Check(node.Name, level, effect);
            };
        }
    }

    /// <returns>The level from then on.</returns>
    private int Check(string name, int level, IEffect effect)
    {
        switch (effect)
        {
            case Persist { Event: { Manifest: Raised } raised }:
                var to = LevelIn(raised);
                Invariant.Check(to >= level, $"I27: {name} lowers its journal from level {level} to {to}");
                Invariant.Check(to <= _asked, $"I27: {name} raises its journal to level {to}, for which nobody has asked");
                return to;
            case Persist persist:
                Invariant.Check(CameWith(persist.Event.Manifest) <= level,
                    $"I27: {name} writes {persist.Event.Manifest} to a journal of level {level}");
                return level;
            case SaveSnapshot snapshot:
                CheckMark(name, level, snapshot.State);
                return level;
            case SaveSnapshotOf snapshot when _cluster.Builds.Count > 0:
                CheckMark(name, level, snapshot.Pack());
                return level;
            default:
                return level;
        }
    }

    private static void CheckMark(string name, int level, JournalRecord snapshot) => Invariant.Check(MarkOf(snapshot) == level,
        $"I27: {name} marks a snapshot as of level {MarkOf(snapshot)}, and its journal is of level {level}");

    private static int LevelOf(Recovery recovery) =>
        recovery.Events.Where(record => record.Manifest == Raised).Select(LevelIn)
            .Prepend(recovery.Snapshot is { } snapshot ? MarkOf(snapshot.Record) : First).Last();

    private static int LevelIn(JournalRecord raised) =>
        int.Parse(Encoding.UTF8.GetString(raised.Payload.Span).Split(' ')[0], CultureInfo.InvariantCulture);

    private static int MarkOf(JournalRecord snapshot) =>
        snapshot.Manifest.Split('@') is [_, var mark] ? int.Parse(mark, CultureInfo.InvariantCulture) : First;

    /// <summary>The table of docs/operating/upgrading.md.</summary>
    private static int CameWith(string manifest) => manifest == "TermBegan/1" ? 2 : First;
}
