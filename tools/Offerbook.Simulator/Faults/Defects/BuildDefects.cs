using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Batch.Core;
using Offerbook.Master;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Nodes;
using Offerbook.Storage;
using Offerbook.Storage.Formats;
using Offerbook.Wire.Identity;

namespace Offerbook.Simulator.Faults.Defects;

/// <summary>
/// The ways for a program to be wrong while another build runs beside it; see <see cref="Mutation"/> for what each stands for.
/// </summary>
internal static class BuildDefects
{
    private static readonly ConnectionId Nobody = new(9_000_000_000);

    public static void Apply(Mutation mutation, SimCluster cluster)
    {
        const int newest = FormatSupport.NewestLevel;
        Apply(mutation, cluster, cluster.Masters.Nodes, new MasterMessage.FormatAsked(Nobody, newest));
        Apply(mutation, cluster, cluster.AppsRole.Nodes, new AppsMessage.ApiCalled(
            Nobody, new Apps.Core.ApiCall.RaiseFormat(newest), new ApiCaller("10.0.0.9", FormatAnswer.Path)));
        Apply(mutation, cluster, cluster.BatchRole.Nodes,
            new BatchMessage.ApiCalled(Nobody, new Batch.Core.ApiCall.AskFormat(newest)));
    }

    private static void Apply<TMessage>(Mutation mutation, SimCluster cluster, IReadOnlyList<SimNode<TMessage>> nodes, TMessage raise)
        where TMessage : class
    {
        foreach (var node in nodes)
        {
            switch (mutation)
            {
                case Mutation.ReadOn:
                    node.SpoilRecovery = recovery => Hide(recovery, cluster.BuildOf(node.Name));
                    break;
                case Mutation.WriteTooSoon:
                    node.Spoil = core => new WritesTooSoon<TMessage>(core, cluster.BuildOf(node.Name));
                    break;
                case Mutation.RaiseUnasked:
                    node.Spoil = core => new RaisesUnasked<TMessage>(core, raise);
                    break;
            }
        }
    }

    /// <summary>What the program does not know is not there.</summary>
    private static Recovery Hide(Recovery recovery, FormatSupport build) =>
        build.Newest == FormatSupport.NewestLevel ? recovery : recovery with
        {
            Snapshot = recovery.Snapshot is { } snapshot ? snapshot with { Record = LogFormat.Plain(snapshot.Record) } : null,
            Events = [.. recovery.Events.Where(record => !LogFormat.IsOwn(record))],
        };

    /// <summary>The first event of a life of the new build is of a kind that came with it.</summary>
    private sealed class WritesTooSoon<TMessage>(ICore<TMessage> core, FormatSupport build) : CoreDefect<TMessage>(core)
        where TMessage : class
    {
        private bool _done = build.Newest < FormatSupport.NewestLevel;

        protected override void Say(IEffect effect, Effects effects)
        {
            if (!_done && effect is Persist)
            {
                _done = true;
                effects.Add(new Persist(new JournalRecord("TermBegan/1", "1 0.2.0"u8.ToArray())));
            }
            effects.Add(effect);
        }
    }

    /// <summary>A life begins with raising the level as far as its build can.</summary>
    private sealed class RaisesUnasked<TMessage>(ICore<TMessage> core, TMessage raise) : ICore<TMessage>
        where TMessage : class
    {
        private bool _done;

        public void Handle(TMessage message, Now now, Effects effects)
        {
            if (!_done)
            {
                _done = true;
                core.Handle(raise, now, effects);
            }
            core.Handle(message, now, effects);
        }
    }
}
