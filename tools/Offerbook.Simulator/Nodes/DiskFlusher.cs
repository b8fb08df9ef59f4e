using Offerbook.Actors;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Storage;

namespace Offerbook.Simulator.Nodes;

/// <summary>Flushes to a disk of the node's own. A failed flush ends the process: it is never tried again.</summary>
internal sealed class DiskFlusher(INodeShell node, SimJournal journal, SeededRandom chance) : NodeFlusher(node, journal)
{
    protected override void Flush()
    {
        Journal.BeginFlush();
        Node.World.Schedule(chance.Exponential(Node.Disk.FlushMean), null, () => Node.WhenGoing(Life, End));
    }

    private void End()
    {
        if (Node.Disk.Full || chance.Chance(Node.Disk.FlushErrorRate))
        {
            Node.DieOfItsDisk(Node.Disk.Full ? "its disk is full" : "its disk failed to flush");
            return;
        }
        MarkFlushed();
        if (TakeSnapshot() is { } snapshot)
        {
            Journal.Save(snapshot);
        }
        Node.Release();
        Begin();
    }
}
