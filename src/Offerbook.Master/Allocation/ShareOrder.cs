using Offerbook.Actors;

namespace Offerbook.Master.Allocation;

/// <summary>
/// Siblings in the order in which they are served: smallest share first, then fewest allocations, then name. Kept sorted while
/// shares change one by one (two binary searches and a move); sorted anew only after the cluster's totals changed, on next use.
/// By lot, they stand in any order and each turn draws one of those that had none.
/// <para>The items lie in the middle of a longer array, so that whoever is served and goes from the front to the back, as most do,
/// moves nobody else: the window moves.</para>
/// </summary>
internal sealed class ShareOrder<T>(SorterKind kind)
    where T : Competitor
{
    private static readonly Comparer<T> ByShare = Comparer<T>.Create(Competitor.Compare);

    private T[] _items = new T[8];

    // Shares and indexes of the items by place, so that a search or a walk reads one stretch of memory instead of chasing items.
    private double[] _shares = new double[8];
    private int[] _indexes = new int[8];
    private int _start = 2;
    private int _sortedAt;

    public int Count { get; private set; }

    /// <summary>By lot only: chances differ.</summary>
    public bool IsWeighted { get; set; }

    public T this[int index] => _items[_start + index];

    /// <summary>By place, the <see cref="Competitor.Index"/> of each.</summary>
    public ReadOnlySpan<int> Indexes => _indexes.AsSpan(_start, Count);

    /// <summary>Whose turn it is, of all that stand at or behind a place; it stands at the place now.</summary>
    public T Next(int place, SeededRandom random)
    {
        if (kind == SorterKind.Random)
        {
            var drawn = _start + place
                + (IsWeighted ? Lot.Draw<T>(_items.AsSpan(_start + place, Count - place), random) : random.Next(Count - place));
            var (here, there) = (_items[_start + place], _items[drawn]);
            Put(there, _start + place);
            Put(here, drawn);
        }

        return _items[_start + place];
    }

    /// <summary>Must be called before walking.</summary>
    public void Sort(ClusterTotals totals)
    {
        if (_sortedAt == totals.Version || kind == SorterKind.Random)
        {
            return;
        }

        var items = _items.AsSpan(_start, Count);
        foreach (var item in items)
        {
            item.Share = totals.ShareOf(item.Allocated) / item.Weight;
        }

        Array.Sort(_items, _start, Count, ByShare);
        for (var i = 0; i < items.Length; i++)
        {
            Put(items[i], _start + i);
        }

        _sortedAt = totals.Version;
    }

    public void Add(T item, ClusterTotals totals)
    {
        Sort(totals);
        item.Share = totals.ShareOf(item.Allocated) / item.Weight;
        IsWeighted |= item.Weight != 1;
        var at = kind == SorterKind.Random ? _start + Count : FirstAfter(item, _start, _start + Count);
        Insert(item, at);
    }

    public void Remove(T item, ClusterTotals totals)
    {
        Sort(totals);
        TakeOut(IndexOf(item));
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
        var end = _start + Count;
        if (from + 1 < end && Competitor.Compare(_items[from + 1], item) < 0)
        {
            var to = FirstAfter(item, from + 1, end);
            if (to - from <= from - _start + (end - to))
            {
                Shift(from + 1, from, to - from - 1);
                Put(item, to - 1);
            }
            else
            {
                var behind = end - to;
                TakeOut(from);
                Insert(item, _start + Count - behind);
            }
        }
        else if (from > _start && Competitor.Compare(_items[from - 1], item) > 0)
        {
            var to = FirstAfter(item, _start, from);
            if (from - to <= to - _start + (end - from))
            {
                Shift(to, to + 1, from - to);
                Put(item, to);
            }
            else
            {
                var before = to - _start;
                TakeOut(from);
                Insert(item, _start + before);
            }
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
        var at = ReferenceEquals(_items[_start], item) ? _start
            : kind == SorterKind.Random ? Array.IndexOf(_items, item, _start, Count)
            : FirstAfter(item, _start, _start + Count) - 1;
        Invariant.Check(at >= _start && ReferenceEquals(_items[at], item), "a competitor stands where its share puts it");
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

    /// <summary>Moves the shorter side of the place.</summary>
    private void TakeOut(int at)
    {
        if (at - _start < Count / 2)
        {
            Shift(_start, _start + 1, at - _start);
            _items[_start++] = null!;
        }
        else
        {
            Shift(at + 1, at, _start + Count - at - 1);
            _items[_start + Count - 1] = null!;
        }

        Count--;
    }

    /// <summary>Moves the shorter side of the place.</summary>
    private void Insert(T item, int at)
    {
        var moveFront = at - _start < Count / 2;
        if (moveFront ? _start == 0 : _start + Count == _items.Length)
        {
            var place = at - _start;
            Recentre();
            at = _start + place;
        }

        if (moveFront)
        {
            Shift(_start, _start - 1, at - _start);
            _start--;
            at--;
        }
        else
        {
            Shift(at, at + 1, _start + Count - at);
        }

        Put(item, at);
        Count++;
    }

    /// <summary>Room on both sides again, for half as many moves as there are items at least.</summary>
    private void Recentre()
    {
        var from = _start;
        var room = _items.Length - Count;
        if (room < Math.Max(4, Count))
        {
            room = Math.Max(8, Count * 2);
            Array.Resize(ref _items, Count + from + room);
            Array.Resize(ref _shares, _items.Length);
            Array.Resize(ref _indexes, _items.Length);
            room = _items.Length - Count;
        }

        _start = room / 2;
        Shift(from, _start, Count);
        _items.AsSpan(0, _start).Clear();
        _items.AsSpan(_start + Count).Clear();
    }

    private void Shift(int from, int to, int count)
    {
        Array.Copy(_items, from, _items, to, count);
        Array.Copy(_shares, from, _shares, to, count);
        Array.Copy(_indexes, from, _indexes, to, count);
    }

    private void Put(T item, int at)
    {
        _items[at] = item;
        _shares[at] = item.Share;
        _indexes[at] = item.Index;
    }
}
