using Offerbook.Actors;
using Offerbook.Batch.Events;
using Offerbook.Batch.Jobs;
using Offerbook.Storage;
using Offerbook.Storage.Formats;

namespace Offerbook.Batch.Core;

/// <summary>
/// The state and its journal kept in step: what is recorded is persisted and applied, and nothing else changes the state.
/// </summary>
internal sealed class Ledger(int eventsPerSnapshot, FormatSupport support)
{
    private readonly List<Job> _ended = [];
    private int _sinceSnapshot;

    public BatchState State { get; private set; } = new();

    /// <summary>What may stand in the journal.</summary>
    public LogFormat Format { get; private set; } = LogFormat.New(support);

    /// <exception cref="JournalTooNewException">The journal is of a format that this program does not know.</exception>
    public void Recover(Recovery recovery, Effects effects)
    {
        Format = LogFormat.Of(recovery, support, "Batch");
        if (recovery.Snapshot is { } snapshot)
        {
            State = BatchState.FromSnapshot(BatchJournal.ReadSnapshot(LogFormat.Plain(snapshot.Record)));
        }
        foreach (var record in recovery.Events)
        {
            if (!LogFormat.IsOwn(record))
            {
                State.Apply(BatchJournal.Read(record));
            }
        }
        _sinceSnapshot = recovery.Events.Count;
        if (Format.Begin(recovery.Epoch) is { } began)
        {
            effects.Add(new Persist(began));
        }
    }

    public void Record(BatchEvent @event, Effects effects)
    {
        effects.Add(new Persist(BatchJournal.Write(@event)));
        if (State.Apply(@event) is { } job)
        {
            _ended.Add(job);
        }
        _sinceSnapshot++;
    }

    /// <summary>Shows the format level, or raises it.</summary>
    public FormatAnswer AskFormat(int? raiseTo, Effects effects)
    {
        var answer = Format.Ask(raiseTo);
        Format = answer.After;
        if (answer.Event is { } raised)
        {
            effects.Add(new Persist(raised));
        }
        return answer;
    }

    /// <summary>
    /// At the end of a turn: stores a snapshot when one is due. The interval grows with the state, so that snapshots never cost more than
    /// the events do.
    /// </summary>
    public void SnapshotIfDue(Effects effects)
    {
        if (_sinceSnapshot >= Math.Max(eventsPerSnapshot, State.ActiveJobsRuns / 2))
        {
            _sinceSnapshot = 0;
            effects.Add(new SaveSnapshot(Format.Marked(BatchJournal.Write(State.ToSnapshot()))));
        }
    }

    /// <summary>Jobs that have ended since the last call.</summary>
    public List<Job> TakeEnded()
    {
        var ended = _ended.ToList();
        _ended.Clear();
        return ended;
    }
}
