using Offerbook.Storage;

namespace Offerbook.Simulator.Storage;

/// <summary>
/// One log as the store keeps it. What is done to it is atomic: the epoch, the idempotency key and the last number are looked at in
/// the transaction that writes.
/// </summary>
public sealed class StoreLog
{
    /// <summary>Appends whose keys are remembered. A holder has one under way; one more is what an older holder may have left.</summary>
    private const int KeptKeys = 16;

    private readonly List<JournalRecord> _events = [];
    private readonly Queue<long> _keys = new();
    private Snapshot? _snapshot;
    private long _beforeFirst;

    public long Epoch { get; private set; }

    /// <summary>When in virtual time the newest holder took it over.</summary>
    public TimeSpan TakenOver { get; private set; }

    public long Last => _beforeFirst + _events.Count;

    /// <param name="raises">False is a defect, for mutation tests.</param>
    public Recovery TakeOver(TimeSpan now, bool raises)
    {
        Epoch += raises || Epoch == 0 ? 1 : 0;
        TakenOver = now;
        return new Recovery(_snapshot, [.. _events.Skip((int)((_snapshot?.Sequence ?? _beforeFirst) - _beforeFirst))], Last, Epoch);
    }

    public bool Has(long key) => _keys.Contains(key);

    public void Append(long key, IReadOnlyList<JournalRecord> records)
    {
        foreach (var record in records)
        {
            _events.Add(new JournalRecord(record.Manifest, record.Payload.ToArray()));
        }
        _keys.Enqueue(key);
        if (_keys.Count > KeptKeys)
        {
            _keys.Dequeue();
        }
    }

    public void Save(Snapshot snapshot)
    {
        if (_snapshot is { } older && older.Sequence >= snapshot.Sequence)
        {
            return;
        }
        _snapshot = snapshot with { Record = new JournalRecord(snapshot.Record.Manifest, snapshot.Record.Payload.ToArray()) };
        _events.RemoveRange(0, (int)(snapshot.Sequence - _beforeFirst));
        _beforeFirst = snapshot.Sequence;
    }
}
