using Offerbook.Simulator.Storage;

namespace Offerbook.Simulator.Nodes;

/// <summary>Flushes to a log of the shared store. That it took events proves that no other leads.</summary>
internal sealed class StoreFlusher(INodeShell node, SimJournal journal, StoreHolder holder) : NodeFlusher(node, journal)
{
    protected override void Flush()
    {
        if (!Journal.HasWaiting)
        {
            Save();
            return;
        }
        Journal.BeginFlush();
        var question = Node.Proof?.Ask();
        holder.Append(Journal.LastDurable + 1, Journal.Flushing, () => Node.WhenGoing(Life, () =>
        {
            if (question is { } asked)
            {
                // It took the events, which it does for the newest leader only.
                Node.Proof!.Confirmed(asked);
            }
            MarkFlushed();
            Save();
            Node.Release();
            if (Life == Node.Life)
            {
                Begin();
            }
        }), loss => Node.WhenGoing(Life, () => Node.Lose(loss)));
    }

    private void Save()
    {
        if (TakeSnapshot() is { } snapshot)
        {
            Journal.Save(snapshot);
            holder.Save(snapshot, loss => Node.WhenGoing(Life, () => Node.Lose(loss)));
        }
    }
}
