using System.Diagnostics.CodeAnalysis;

namespace Offerbook.Actors;

/// <summary>
/// The timers of one core, ordered by due time and then by age. A replaced or cancelled timer stays in the heap as a tombstone
/// until it surfaces; the heap is rebuilt when tombstones outnumber live timers.
/// </summary>
public sealed class TimerQueue<TMessage> where TMessage : class
{
    private readonly PriorityQueue<Entry, (TimeSpan Due, long Age)> _heap = new();
    private readonly Dictionary<object, Entry> _live = [];
    private long _age;

    public int Count => _live.Count;

    public void Start(object key, TimeSpan due, TMessage message)
    {
        var entry = new Entry(key, due, ++_age, message);
        _live[key] = entry;
        _heap.Enqueue(entry, (due, entry.Age));
        if (_heap.Count > 64 && _heap.Count > 2 * _live.Count)
        {
            Rebuild();
        }
    }

    public void Cancel(object key) => _live.Remove(key);

    /// <summary>When the next timer runs out, or null when there is none.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            DropTombstones();
            return _heap.TryPeek(out _, out var order) ? order.Due : null;
        }
    }

    public bool TryTakeDue(TimeSpan elapsed, [MaybeNullWhen(false)] out TMessage message) => TryTakeDue(elapsed, out message, out _);

    /// <param name="late">How long ago the timer ran out.</param>
    public bool TryTakeDue(TimeSpan elapsed, [MaybeNullWhen(false)] out TMessage message, out TimeSpan late)
    {
        DropTombstones();
        if (_heap.TryPeek(out var entry, out var order) && order.Due <= elapsed)
        {
            _heap.Dequeue();
            _live.Remove(entry.Key);
            message = entry.Message;
            late = elapsed - order.Due;
            return true;
        }
        message = null;
        late = default;
        return false;
    }

    private void DropTombstones()
    {
        while (_heap.TryPeek(out var entry, out _) && !IsLive(entry))
        {
            _heap.Dequeue();
        }
    }

    private bool IsLive(Entry entry) => _live.TryGetValue(entry.Key, out var current) && ReferenceEquals(current, entry);

    private void Rebuild()
    {
        var entries = _heap.UnorderedItems.Where(item => IsLive(item.Element)).ToList();
        _heap.Clear();
        foreach (var (entry, order) in entries)
        {
            _heap.Enqueue(entry, order);
        }
    }

    private sealed record Entry(object Key, TimeSpan Due, long Age, TMessage Message);
}
