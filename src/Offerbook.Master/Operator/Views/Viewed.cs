namespace Offerbook.Master.Operator.Views;

/// <summary>
/// Something that changes in place and that views show. Whoever changes what a view shows of it calls <see cref="Touch"/>; the next
/// view then looks at it again, and at nothing else. The invariants compare what was looked at with what is.
/// </summary>
internal abstract class Viewed<TSelf> where TSelf : Viewed<TSelf>
{
    private ChangeQueue<TSelf>? _changes;

    /// <summary>Waits to be looked at.</summary>
    public bool IsChanged { get; internal set; }

    /// <summary>Notes that a view would show it differently.</summary>
    public void Touch()
    {
        if (_changes is not null)
        {
            _changes.CountChange();
            Queue();
        }
    }

    /// <summary>Notes that its counters have moved, which metrics show and the state does not.</summary>
    public void TouchCounters() => Queue();

    /// <summary>From now on, changes are noted. Counts as a change itself.</summary>
    public void ReportTo(ChangeQueue<TSelf> changes)
    {
        _changes = changes;
        Touch();
    }

    /// <summary>Something that views show has been set.</summary>
    protected void Shown<T>(T _) => Touch();

    private void Queue()
    {
        if (!IsChanged && _changes is not null)
        {
            IsChanged = true;
            _changes.Add((TSelf)this);
        }
    }
}

/// <summary>What has changed since somebody looked, each once: never more than there is.</summary>
internal sealed class ChangeQueue<T> where T : Viewed<T>
{
    private readonly Queue<T> _changed = new();

    /// <summary>Grows with every change of what views show.</summary>
    public long Version { get; private set; }

    public int Count => _changed.Count;

    public void CountChange() => Version++;

    public void Add(T changed) => _changed.Enqueue(changed);

    public bool TryTake([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T changed)
    {
        if (!_changed.TryDequeue(out changed))
        {
            return false;
        }
        changed.IsChanged = false;
        return true;
    }
}
