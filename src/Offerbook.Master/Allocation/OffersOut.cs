namespace Offerbook.Master.Allocation;

/// <summary>The offers that one framework sits on: how many, how much and since when.</summary>
internal sealed class OffersOut
{
    // Offers by the run that made them, oldest first; those of one run are one entry.
    private readonly List<(TimeSpan Made, int Count)> _byAge = [];

    public int Count { get; private set; }

    public long[] Amounts { get; private set; } = [];

    /// <summary>When the oldest was made, as <c>Now.Elapsed</c>; null when there is none.</summary>
    public TimeSpan? Oldest => _byAge.Count == 0 ? null : _byAge[0].Made;

    /// <summary>Another offer would be one too many.</summary>
    public bool IsAtBound(AllocatorSettings settings, ClusterTotals totals) =>
        (settings.MaxOffersPerFramework is { } most && Count >= most)
        || (settings.MaxOfferedShare is { } share && Count > 0 && totals.ShareOf(Amounts) >= share);

    public void Add(long[] amounts, TimeSpan made)
    {
        Count++;
        Amounts = Vectors.Add(Amounts, amounts, 1);
        if (_byAge.Count > 0 && _byAge[^1].Made == made)
        {
            _byAge[^1] = (made, _byAge[^1].Count + 1);
        }
        else
        {
            _byAge.Add((made, 1));
        }
    }

    /// <summary>For a visit to come; see <see cref="VisitsAhead"/>.</summary>
    public void Prefetch()
    {
        Allocation.Prefetch.Object(Amounts);
        Allocation.Prefetch.Object(_byAge);
    }

    /// <summary>False when no offer was made then.</summary>
    public bool Remove(long[] amounts, TimeSpan made)
    {
        var (low, high) = (0, _byAge.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _byAge[middle].Made < made ? (middle + 1, high) : (low, middle);
        }

        if (low == _byAge.Count || _byAge[low].Made != made)
        {
            return false;
        }

        Count--;
        Amounts = Vectors.Add(Amounts, amounts, -1);
        if (_byAge[low].Count == 1)
        {
            _byAge.RemoveAt(low);
        }
        else
        {
            _byAge[low] = (made, _byAge[low].Count - 1);
        }

        return true;
    }
}
