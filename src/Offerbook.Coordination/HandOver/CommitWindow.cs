namespace Offerbook.Coordination.HandOver;

/// <summary>
/// What commits have taken lately, look by look. Each look counts as one, by its mean, whatever number of commits it saw: a store that
/// stood still for half a minute has committed little in it, and that little must not drown in the thousands of a good second.
/// Bounded: one number a look.
/// </summary>
internal sealed class CommitWindow(int looks, int leastLooks)
{
    private readonly Queue<TimeSpan> _means = new(looks);
    private long _count;
    private TimeSpan _together;

    public void Add(long count, TimeSpan together)
    {
        _count += count;
        _together += together;
    }

    /// <summary>
    /// Ends a look. One in which nothing was measured says nothing, and leaves the window as it is but for its oldest look.
    /// </summary>
    public void Close()
    {
        if (_means.Count == looks || (_count == 0 && _means.Count > 0))
        {
            _means.Dequeue();
        }
        if (_count > 0)
        {
            _means.Enqueue(_together / _count);
            (_count, _together) = (0, TimeSpan.Zero);
        }
    }

    /// <summary>The median of the looks; null when there are too few.</summary>
    public TimeSpan? Median()
    {
        if (_means.Count < leastLooks)
        {
            return null;
        }
        var sorted = _means.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
