using System.Collections;

namespace Offerbook.Resources;

/// <summary>
/// An immutable bag of resources under the field's arithmetic. Entries of one pool are always merged, nothing empty is kept, and
/// entries stand in the order they came. Equality is mutual containment, so order does not matter. For disjoint ranges and sets
/// (and always for scalars) <c>a + b − b = a</c>; taking away more than there is leaves nothing rather than a debt.
/// <para>Cost: every operation is linear in the product of the two bags' entries, which are five to ten on a usual agent.</para>
/// </summary>
public sealed class ResourceBag : IEquatable<ResourceBag>, IReadOnlyList<ResourceEntry>
{
    public static readonly ResourceBag Empty = new([]);

    private readonly ResourceEntry[] _entries;
    private ResourceQuantities? _quantities;

    private ResourceBag(ResourceEntry[] entries)
    {
        _entries = entries;
        foreach (ref readonly var entry in entries.AsSpan())
        {
            Traits |= entry.Kind.Traits;
        }
    }

    public int Count => _entries.Length;

    public ResourceEntry this[int index] => _entries[index];

    public ReadOnlySpan<ResourceEntry> Entries => _entries;

    public bool IsEmpty => _entries.Length == 0;

    /// <summary>The traits that any entry has.</summary>
    public ResourceTraits Traits { get; }

    /// <summary>The scalars by name, whatever their kind; a shared volume counts once however many its copies.</summary>
    public ResourceQuantities Quantities => _quantities ??= ResourceQuantities.Of(_entries);

    public static ResourceBag Of(params ReadOnlySpan<ResourceEntry> entries)
    {
        var builder = new BagBuilder([], entries.Length);
        foreach (ref readonly var entry in entries)
        {
            builder.Add(entry);
        }

        return builder.Build();
    }

    /// <summary>
    /// A bag from the text form, for instance <c>cpus:4;mem:2048;ports:[31000-32000]</c>; throws when the text is wrong. For text that a
    /// person wrote use <see cref="ResourceText.Parse"/>.
    /// </summary>
    public static ResourceBag Parse(string text) => ResourceText.Parse(text) switch
    {
        { Problems.Count: 0 } reading => reading.Bag,
        var reading => throw new FormatException(string.Join("; ", reading.Problems)),
    };

    public static ResourceBag operator +(ResourceBag left, ResourceBag right)
    {
        if (left.IsEmpty)
        {
            return right;
        }

        if (right.IsEmpty)
        {
            return left;
        }

        var builder = new BagBuilder(left._entries, right._entries.Length);
        foreach (ref readonly var entry in right.Entries)
        {
            builder.Add(entry);
        }

        return builder.Build();
    }

    public static ResourceBag operator -(ResourceBag left, ResourceBag right)
    {
        if (ReferenceEquals(left, right))
        {
            return Empty;
        }

        if (left.IsEmpty || right.IsEmpty)
        {
            return left;
        }

        var builder = new BagBuilder(left._entries, 0);
        foreach (ref readonly var entry in right.Entries)
        {
            builder.Subtract(entry);
        }

        return builder.Build();
    }

    /// <summary>All of <paramref name="other"/> could be taken from this bag at once.</summary>
    public bool Contains(ResourceBag other)
    {
        if (ReferenceEquals(this, other) || other.IsEmpty)
        {
            return true;
        }

        if (IsEmpty)
        {
            return false;
        }

        if ((other.Traits & (ResourceTraits.Exclusive | ResourceTraits.Shared)) == 0)
        {
            // One entry per pool on both sides: none can be asked for twice.
            foreach (ref readonly var entry in other.Entries)
            {
                if (!Covers(entry))
                {
                    return false;
                }
            }

            return true;
        }

        var remaining = new BagBuilder(_entries, 0);
        foreach (ref readonly var entry in other.Entries)
        {
            if (!remaining.Covers(entry))
            {
                return false;
            }

            remaining.Subtract(entry);
        }

        return true;
    }

    public bool Contains(in ResourceEntry entry) => entry.IsEmpty || Covers(entry);

    public bool Equals(ResourceBag? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _entries.Length == other._entries.Length && Contains(other) && other.Contains(this));

    public override bool Equals(object? obj) => Equals(obj as ResourceBag);

    public static bool operator ==(ResourceBag? left, ResourceBag? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(ResourceBag? left, ResourceBag? right) => !(left == right);

    public override int GetHashCode()
    {
        // Equal bags may hold their entries in different order, so the hash must not depend on it.
        var hash = 0;
        foreach (ref readonly var entry in Entries)
        {
            hash += HashCode.Combine(entry.Kind, entry.Value, entry.Count);
        }

        return hash;
    }

    public IEnumerator<ResourceEntry> GetEnumerator() => ((IEnumerable<ResourceEntry>)_entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _entries.GetEnumerator();

    /// <summary>As logs and error texts have it: <c>cpus(allocated: web):4; mem(allocated: web):2048</c>; <c>{}</c> when empty.</summary>
    public override string ToString() => IsEmpty ? "{}" : string.Join("; ", _entries);

    /// <summary>Takes over entries that are merged and not empty already.</summary>
    internal static ResourceBag Own(ResourceEntry[] entries) => entries.Length == 0 ? Empty : new ResourceBag(entries);

    private bool Covers(in ResourceEntry entry)
    {
        foreach (ref readonly var mine in Entries)
        {
            if (mine.Covers(entry))
            {
                return true;
            }
        }

        return false;
    }
}
