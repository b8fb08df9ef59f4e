using Offerbook.Actors;
using Offerbook.Storage;

namespace Offerbook.Simulator.Storage;

/// <summary>
/// What one node's disk holds: events that were flushed, a batch that is being flushed, and events that wait for the next one.
/// A crash loses what waits; of the batch under way nothing, the first turns, or all is kept. A loss of power takes, besides, any number of
/// the last batches that nobody asked to be synced. Payloads are copied at the append, so that a core which changes its bytes afterwards is
/// found out.
/// </summary>
public sealed class SimJournal
{
    private readonly List<JournalRecord> _durable = [];
    private readonly List<(JournalRecord Event, bool EndsTurn)> _flushing = [];
    private readonly List<(JournalRecord Event, bool EndsTurn)> _waiting = [];

    /// <summary>Behind which event each batch begins that was written and is not synced, oldest first.</summary>
    private readonly List<long> _unsynced = [];

    private Snapshot? _snapshot;
    private long _beforeFirst;
    private object? _holder;

    /// <summary>Sequence number of the last durable event.</summary>
    public long LastDurable => _beforeFirst + _durable.Count;

    /// <summary>Sequence number of the last event that the core has appended, durable or not.</summary>
    public long LastAppended => LastDurable + _flushing.Count + _waiting.Count;

    public bool IsFlushing => _flushing.Count > 0;

    public bool HasWaiting => _waiting.Count > 0;

    /// <summary>The events that are being flushed.</summary>
    public IReadOnlyList<JournalRecord> Flushing => [.. _flushing.Select(item => item.Event)];

    /// <summary>Takes the lock of the file, which goes with the process that has it.</summary>
    /// <returns>False when another process has it.</returns>
    public bool TryHold(object process)
    {
        var mayHold = _holder is null || _holder == process;
        _holder = mayHold ? process : _holder;
        return mayHold;
    }

    /// <summary>The process has ended.</summary>
    public void LetGo(object process) => _holder = _holder == process ? null : _holder;

    /// <summary>Becomes what a takeover of a shared log has read: from here on this is its holder's own account of it.</summary>
    public void Load(Recovery recovery)
    {
        _flushing.Clear();
        _waiting.Clear();
        _durable.Clear();
        _unsynced.Clear();
        _durable.AddRange(recovery.Events);
        _snapshot = recovery.Snapshot;
        _beforeFirst = recovery.LastSequence - recovery.Events.Count;
    }

    public Recovery Recover() =>
        new(_snapshot, [.. _durable.Skip((int)((_snapshot?.Sequence ?? _beforeFirst) - _beforeFirst))], LastDurable);

    /// <summary>
    /// What a recovery would give if everything appended were durable: the state of the running core is the fold of this.
    /// </summary>
    public Recovery RecoverAll()
    {
        var recovery = Recover();
        return recovery with
        {
            Events = [.. recovery.Events, .. _flushing.Select(item => item.Event), .. _waiting.Select(item => item.Event)],
            LastSequence = LastAppended,
        };
    }

    public void Append(JournalRecord record) =>
        _waiting.Add((record with { Payload = record.Payload.ToArray() }, EndsTurn: false));

    /// <summary>Marks the last event as the last of its turn: a torn write is cut only there.</summary>
    public void EndTurn()
    {
        if (_waiting.Count > 0)
        {
            _waiting[^1] = (_waiting[^1].Event, EndsTurn: true);
        }
    }

    /// <summary>Starts to flush everything that waits.</summary>
    public void BeginFlush()
    {
        Invariant.Check(!IsFlushing, "two flushes of a journal cannot overlap");
        _flushing.AddRange(_waiting);
        _waiting.Clear();
    }

    /// <returns>The sequence number up to which events are durable now.</returns>
    public long EndFlush()
    {
        Write(_flushing.Count);
        _flushing.Clear();
        return LastDurable;
    }

    /// <summary>So many of the first events of the batch under way are on the disk, or with the kernel.</summary>
    private void Write(int count)
    {
        var batch = _flushing.Take(count).Select(item => item.Event).ToList();
        if (batch.Exists(record => !record.DiesWithMachine))
        {
            _unsynced.Clear();
        }
        else if (batch.Count > 0)
        {
            _unsynced.Add(LastDurable);
        }
        _durable.AddRange(batch);
    }

    public void Save(Snapshot snapshot)
    {
        Invariant.Check(snapshot.Sequence <= LastDurable, "a snapshot may not run ahead of the durable events");
        if (_snapshot is { } older && older.Sequence >= snapshot.Sequence)
        {
            return;
        }
        _snapshot = snapshot with { Record = new JournalRecord(snapshot.Record.Manifest, snapshot.Record.Payload.ToArray()) };
        _durable.RemoveRange(0, (int)(snapshot.Sequence - _beforeFirst));
        _beforeFirst = snapshot.Sequence;
        _unsynced.Clear();
    }

    /// <summary>The machine is off: what was left to its kernel is lost, from some batch on. For a process that has crashed.</summary>
    /// <returns>How many events.</returns>
    public int LosePower(SeededRandom random)
    {
        Invariant.Check(!IsFlushing && !HasWaiting, "a machine loses its power with its processes");
        var kept = random.Next(_unsynced.Count + 1);
        var lost = kept == _unsynced.Count ? 0 : (int)(LastDurable - _unsynced[kept]);
        _durable.RemoveRange(_durable.Count - lost, lost);
        _unsynced.RemoveRange(kept, _unsynced.Count - kept);
        return lost;
    }

    /// <summary>A new disk: nothing is left.</summary>
    public void Wipe()
    {
        Invariant.Check(!IsFlushing && !HasWaiting, "a disk is replaced while its machine is off");
        _durable.Clear();
        _unsynced.Clear();
        (_snapshot, _beforeFirst) = (null, 0);
    }

    /// <returns>How many of the unacknowledged events are lost.</returns>
    public int Crash(DiskBehaviour behaviour, SeededRandom random)
    {
        var kept = 0;
        if (_flushing.Count > 0)
        {
            if (random.Chance(behaviour.KeepUnacknowledgedRate))
            {
                kept = _flushing.Count;
            }
            else if (random.Chance(behaviour.TornWriteRate))
            {
                kept = random.Next(_flushing.Count);
                while (kept > 0 && !_flushing[kept - 1].EndsTurn)
                {
                    kept--;
                }
            }
        }
        var lost = _flushing.Count + _waiting.Count - kept;
        if (behaviour.LosesWhatWasFlushed)
        {
            var takenBack = random.Next(Math.Min(_durable.Count, 10) + 1);
            _durable.RemoveRange(_durable.Count - takenBack, takenBack);
            _unsynced.RemoveAll(behind => behind > LastDurable);
            lost += takenBack;
        }
        Write(kept);
        _flushing.Clear();
        _waiting.Clear();
        return lost;
    }
}
