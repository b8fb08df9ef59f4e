using Offerbook.Actors;
using Offerbook.Simulator.Storage;
using Offerbook.Storage;

namespace Offerbook.Simulator.Nodes;

/// <summary>
/// Makes durable what one life of a node decides, one flush at a time: a flush carries everything that was appended while the flush
/// before it ran.
/// </summary>
internal abstract class NodeFlusher(INodeShell node, SimJournal journal)
{
    protected INodeShell Node => node;

    protected SimJournal Journal => journal;

    protected int Life { get; } = node.Life;

    /// <summary>What is to be kept as soon as the events up to it are durable; null for nothing.</summary>
    public Snapshot? Snapshot { get; set; }

    /// <summary>Flushes what waits, unless a flush is under way: it is followed by another.</summary>
    public void Begin()
    {
        if (node.IsUp && !journal.IsFlushing && (journal.HasWaiting || Snapshot is not null))
        {
            Flush();
        }
    }

    protected abstract void Flush();

    /// <summary>The flush under way has succeeded.</summary>
    protected void MarkFlushed()
    {
        node.Gate.MarkFlushed(journal.EndFlush());
        node.World.Note($"{node.Name} flushed to {node.Gate.Flushed}");
    }

    /// <returns>The snapshot, if its time has come; it is asked for no more then.</returns>
    protected Snapshot? TakeSnapshot()
    {
        if (Snapshot is not { } due || due.Sequence > node.Gate.Flushed)
        {
            return null;
        }
        Snapshot = null;
        return due;
    }
}
