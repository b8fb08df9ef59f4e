namespace Offerbook.Resources;

/// <summary>A bag in the making: the rules of merging and taking away, applied in place. Keeps the order in which entries came.</summary>
internal ref struct BagBuilder
{
    private ResourceEntry[] _entries;
    private int _count;

    public BagBuilder(ReadOnlySpan<ResourceEntry> start, int room)
    {
        _entries = new ResourceEntry[start.Length + room];
        start.CopyTo(_entries);
        _count = start.Length;
    }

    public void Add(in ResourceEntry entry)
    {
        if (entry.IsEmpty)
        {
            return;
        }

        for (var i = 0; i < _count; i++)
        {
            ref var mine = ref _entries[i];
            if (mine.MergesWith(entry))
            {
                mine = entry.Kind.IsShared
                    ? mine with { Count = mine.Count + entry.Count } : mine with { Value = mine.Value + entry.Value };
                return;
            }
        }

        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(4, _count * 2));
        }

        _entries[_count++] = entry;
    }

    /// <summary>Takes away as much as there is; an entry that runs out vanishes.</summary>
    public void Subtract(in ResourceEntry entry)
    {
        for (var i = 0; i < _count; i++)
        {
            ref var mine = ref _entries[i];
            if (mine.CanLose(entry))
            {
                mine = entry.Kind.IsShared
                    ? mine with { Count = mine.Count - entry.Count } : mine with { Value = mine.Value - entry.Value };
                if (mine.IsEmpty)
                {
                    Array.Copy(_entries, i + 1, _entries, i, --_count - i);
                }

                return;
            }
        }
    }

    public readonly bool Covers(in ResourceEntry entry)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_entries[i].Covers(entry))
            {
                return true;
            }
        }

        return false;
    }

    public readonly ResourceBag Build() => ResourceBag.Own(_count == _entries.Length ? _entries : _entries[.._count]);
}
