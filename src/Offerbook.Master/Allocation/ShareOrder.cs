using Offerbook.Actors;

namespace Offerbook.Master.Allocation;

/// <summary>
/// Siblings in the order in which they are served: smallest share first, then fewest allocations, then name. Kept sorted while
/// shares change one by one (two binary searches and a move); sorted anew only after the cluster's totals changed, on next use.
/// By lot, they stand in any order and each turn draws one of those that had none.
/// </summary>
internal sealed class ShareOrder<T>(SorterKind kind)
    where T : Competitor
{
    private static readonly Comparer<T> ByShare = Comparer<T>.Create(Competitor.Compare);

    private T[] _items = new T[4];

    // The shares of the items by place, so that a search reads one stretch of memory instead of chasing the items.
    private double[] _shares = new double[4];
    private int _sortedAt;

    public int Count { get; private set; }

    /// <summary>By lot only: chances differ.</summary>
    public bool IsWeighted { get; set; }

    public T this[int index] => _items[index];

    /// <summary>Whose turn it is, of all that stand at or behind a place; it stands at the place now.</summary>
    public T Next(int place, SeededRandom random)
    {
        if (kind == SorterKind.Random)
        {
            var drawn = place + (IsWeighted ? Lot.Draw<T>(_items.AsSpan(place, Count - place), random) : random.Next(Count - place));
            (_items[place], _items[drawn]) = (_items[drawn], _items[place]);
        }

        return _items[place];
    }

    /// <summary>Must be called before walking.</summary>
    public void Sort(ClusterTotals totals)
    {
        if (_sortedAt == totals.Version || kind == SorterKind.Random)
        {
            return;
        }

        for (var i = 0; i < Count; i++)
        {
            _items[i].Share = totals.ShareOf(_items[i].Allocated) / _items[i].Weight;
        }

        Array.Sort(_items, 0, Count, ByShare);
        for (var i = 0; i < Count; i++)
        {
            _shares[i] = _items[i].Share;
        }

        _sortedAt = totals.Version;
    }

    public void Add(T item, ClusterTotals totals)
    {
        Sort(totals);
        item.Share = totals.ShareOf(item.Allocated) / item.Weight;
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
            Array.Resize(ref _shares, Count * 2);
        }

        IsWeighted |= item.Weight != 1;
        var at = kind == SorterKind.Random ? Count : FirstAfter(item, 0, Count);
        Move(at, at + 1, Count - at);
        Put(item, at);
        Count++;
    }

    public void Remove(T item, ClusterTotals totals)
    {
        Sort(totals);
        var at = IndexOf(item);
        Move(at + 1, at, Count - at - 1);
        _items[--Count] = null!;
    }

    /// <summary>Adds to (sign 1) or takes from (sign −1) what a member holds and moves it to its new place.</summary>
    public void Charge(T item, long[] amounts, int sign, ClusterTotals totals)
    {
        if (_sortedAt != totals.Version || kind == SorterKind.Random)
        {
            // The whole order is sorted before anybody looks at it.
            ChargeUnlisted(item, amounts, sign);
            return;
        }

        var from = IndexOf(item);
        ChargeUnlisted(item, amounts, sign);
        item.Share = totals.ShareOf(item.Allocated) / item.Weight;
        if (from + 1 < Count && Competitor.Compare(_items[from + 1], item) < 0)
        {
            var to = FirstAfter(item, from + 1, Count);
            Move(from + 1, from, to - from - 1);
            Put(item, to - 1);
        }
        else if (from > 0 && Competitor.Compare(_items[from - 1], item) > 0)
        {
            var to = FirstAfter(item, 0, from);
            Move(to, to + 1, from - to);
            Put(item, to);
        }
        else
        {
            _shares[from] = item.Share;
        }
    }

    /// <summary>For one that is in no order now: suppressed, inactive or gone.</summary>
    public static void ChargeUnlisted(T item, long[] amounts, int sign)
    {
        item.Add(amounts, sign);
        item.Allocations += sign > 0 ? 1 : 0;
    }

    private int IndexOf(T item)
    {
        // A run serves the first one most of the time.
        var at = ReferenceEquals(_items[0], item) ? 0
            : kind == SorterKind.Random ? Array.IndexOf(_items, item, 0, Count)
            : FirstAfter(item, 0, Count) - 1;
        Invariant.Check(at >= 0 && ReferenceEquals(_items[at], item), "a competitor stands where its share puts it");
        return at;
    }

    private int FirstAfter(T item, int low, int high)
    {
        while (low < high)
        {
            var middle = (low + high) / 2;
            var share = _shares[middle];
            if (share > item.Share || (share == item.Share && Competitor.Compare(_items[middle], item) > 0))
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private void Move(int from, int to, int count)
    {
        Array.Copy(_items, from, _items, to, count);
        Array.Copy(_shares, from, _shares, to, count);
    }

    private void Put(T item, int at)
    {
        _items[at] = item;
        _shares[at] = item.Share;
    }
}
