using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>
/// Which members refused one agent: member index to the place of its newest refusal. Open addressing with linear probing, so that
/// asking for every framework in turn reads one stretch of memory. 8 bytes an entry, at most two thirds full.
/// </summary>
internal sealed class RefusalTable
{
    private const int Free = -1;

    private (int Member, int Place)[] _entries = [];

    // Those of whom it is known that a refusal which holds covers all of this bag: they need not be asked about any part of it.
    private ulong[] _covered = [];
    private ResourceBag? _cover;
    private ResourceBag? _lastWithinCover;

    public int Count { get; private set; }

    /// <summary>
    /// For a visit to come; see <see cref="VisitsAhead"/>. Where few refused, all of it; where many did, who is known to have.
    /// </summary>
    public void Prefetch()
    {
        if (Count > 0)
        {
            Allocation.Prefetch.Object(_covered, 2);
            Allocation.Prefetch.Object(_entries, 2);
        }
    }

    /// <summary>
    /// Before members are asked about parts of <paramref name="available"/>: what is known of less than that is forgotten.
    /// </summary>
    public void Prepare(ResourceBag available)
    {
        if (Count == 0 || ReferenceEquals(available, _lastWithinCover))
        {
            return;
        }

        if (_cover?.Contains(available) != true)
        {
            _cover = available;
            _covered.AsSpan().Clear();
        }

        _lastWithinCover = available;
    }

    public bool IsCovered(int member) => Bits.Has(_covered, member);

    /// <summary>All of them are known to refuse all that was prepared: asking one by one would come to the same.</summary>
    public bool AreCovered(ulong[] members) => Count > 0 && Bits.Contains(_covered, members);

    /// <summary>A refusal of the member holds: it is remembered if it covers all that was prepared.</summary>
    public void Note(int member, ResourceBag refused)
    {
        if (_cover is null || !refused.Contains(_cover))
        {
            return;
        }

        _covered = Bits.Add(_covered, member);
    }

    /// <summary>A refusal of the member ended.</summary>
    public void Uncover(int member) => Bits.Remove(_covered, member);

    /// <summary>−1: none.</summary>
    public int Find(int member)
    {
        if (Count == 0)
        {
            return -1;
        }

        var mask = _entries.Length - 1;
        for (var i = Slot(member, mask); ; i = (i + 1) & mask)
        {
            var entry = _entries[i];
            if (entry.Member == member)
            {
                return entry.Place;
            }

            if (entry.Member == Free)
            {
                return -1;
            }
        }
    }

    public void Set(int member, int place)
    {
        if ((Count + 1) * 3 > _entries.Length * 2)
        {
            Grow();
        }

        var mask = _entries.Length - 1;
        var i = Slot(member, mask);
        while (_entries[i].Member != Free && _entries[i].Member != member)
        {
            i = (i + 1) & mask;
        }

        Count += _entries[i].Member == Free ? 1 : 0;
        _entries[i] = (member, place);
    }

    public void Remove(int member)
    {
        var mask = _entries.Length - 1;
        var hole = Slot(member, mask);
        while (_entries[hole].Member != member)
        {
            if (_entries[hole].Member == Free)
            {
                return;
            }

            hole = (hole + 1) & mask;
        }

        // Those behind that were pushed past the hole move up, so that nobody is searched for in vain.
        for (var i = (hole + 1) & mask; _entries[i].Member != Free; i = (i + 1) & mask)
        {
            var home = Slot(_entries[i].Member, mask);
            if (((i - home) & mask) >= ((i - hole) & mask))
            {
                _entries[hole] = _entries[i];
                hole = i;
            }
        }

        _entries[hole] = (Free, 0);
        if (--Count == 0)
        {
            (_entries, _covered, _cover, _lastWithinCover) = ([], [], null, null);
        }
    }

    /// <summary>The newest refusal of each member, in no order that means anything.</summary>
    public List<int> Places()
    {
        var places = new List<int>(Count);
        foreach (var (member, place) in _entries)
        {
            if (member != Free)
            {
                places.Add(place);
            }
        }

        return places;
    }

    private static int Slot(int member, int mask) => (int)(((uint)member * 2654435769u) >> 7) & mask;

    private void Grow()
    {
        var old = _entries;
        _entries = new (int, int)[Math.Max(4, old.Length * 2)];
        _entries.AsSpan().Fill((Free, 0));
        Count = 0;
        foreach (var (member, place) in old)
        {
            if (member != Free)
            {
                Set(member, place);
            }
        }
    }
}
