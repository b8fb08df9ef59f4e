namespace Offerbook.Resources;

/// <summary>A set of strings, for instance names of disks. Immutable; kept sorted ordinally and without duplicates.</summary>
public sealed class ItemSet : IEquatable<ItemSet>
{
    public static readonly ItemSet Empty = new([]);

    private readonly string[] _items;

    private ItemSet(string[] items) => _items = items;

    public ReadOnlySpan<string> Items => _items;

    public bool IsEmpty => _items.Length == 0;

    public static ItemSet Of(params ReadOnlySpan<string> items)
    {
        var sorted = items.ToArray();
        Array.Sort(sorted, StringComparer.Ordinal);
        var count = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            if (count == 0 || sorted[i] != sorted[count - 1])
            {
                sorted[count++] = sorted[i];
            }
        }

        return count == 0 ? Empty : new ItemSet(sorted[..count]);
    }

    public ItemSet Union(ItemSet other) => IsEmpty ? other : other.IsEmpty ? this : Of([.. _items, .. other._items]);

    public ItemSet Except(ItemSet other)
    {
        var kept = new List<string>(_items.Length);
        foreach (var item in _items)
        {
            if (!other.Contains(item))
            {
                kept.Add(item);
            }
        }

        return kept.Count == 0 ? Empty : new ItemSet([.. kept]);
    }

    public bool Contains(string item) => Array.BinarySearch(_items, item, StringComparer.Ordinal) >= 0;

    public bool Contains(ItemSet other)
    {
        foreach (var item in other._items)
        {
            if (!Contains(item))
            {
                return false;
            }
        }

        return true;
    }

    public bool Equals(ItemSet? other) => other is not null && Items.SequenceEqual(other.Items);

    public override bool Equals(object? obj) => Equals(obj as ItemSet);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in _items)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    /// <summary><c>{a, b}</c></summary>
    public override string ToString() => "{" + string.Join(", ", _items) + "}";
}
