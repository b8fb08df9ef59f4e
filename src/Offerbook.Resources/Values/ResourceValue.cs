namespace Offerbook.Resources;

public enum ResourceValueType
{
    Scalar,
    Ranges,
    Set,
}

/// <summary>
/// How much of a resource: a scalar, ranges or a set. Sixteen bytes; a scalar costs no allocation. The default is the scalar 0.
/// </summary>
public readonly struct ResourceValue : IEquatable<ResourceValue>
{
    private readonly long _milli;

    // Ranges or ItemSet; null for a scalar.
    private readonly object? _items;

    private ResourceValue(long milli, object? items)
    {
        _milli = milli;
        _items = items;
    }

    public ResourceValueType Type => _items switch
    {
        null => ResourceValueType.Scalar,
        Resources.Ranges => ResourceValueType.Ranges,
        _ => ResourceValueType.Set,
    };

    public bool IsScalar => _items is null;

    public Scalar Scalar => new(_milli);

    /// <summary>Empty unless the type is ranges.</summary>
    public Ranges Ranges => _items as Ranges ?? Ranges.Empty;

    /// <summary>Empty unless the type is a set.</summary>
    public ItemSet Set => _items as ItemSet ?? ItemSet.Empty;

    /// <summary>Nothing is left: zero or below, no range, no item.</summary>
    public bool IsEmpty => _items switch
    {
        null => _milli <= 0,
        Ranges ranges => ranges.IsEmpty,
        _ => ((ItemSet)_items).IsEmpty,
    };

    public static implicit operator ResourceValue(Scalar scalar) => new(scalar.Milli, null);

    public static implicit operator ResourceValue(Ranges ranges) => new(0, ranges);

    public static implicit operator ResourceValue(ItemSet set) => new(0, set);

    /// <summary>Both sides must be of one type.</summary>
    public static ResourceValue operator +(ResourceValue left, ResourceValue right) => left._items switch
    {
        null => left.Scalar + right.Scalar,
        Ranges ranges => ranges.Union(right.Ranges),
        _ => ((ItemSet)left._items).Union(right.Set),
    };

    /// <summary>Both sides must be of one type.</summary>
    public static ResourceValue operator -(ResourceValue left, ResourceValue right) => left._items switch
    {
        null => left.Scalar - right.Scalar,
        Ranges ranges => ranges.Except(right.Ranges),
        _ => ((ItemSet)left._items).Except(right.Set),
    };

    /// <summary>Both sides must be of one type.</summary>
    public bool Contains(ResourceValue other) => _items switch
    {
        null => _milli >= other._milli,
        Ranges ranges => ranges.Contains(other.Ranges),
        _ => ((ItemSet)_items).Contains(other.Set),
    };

    public bool Equals(ResourceValue other) => Type == other.Type && _milli == other._milli && Equals(_items, other._items);

    public override bool Equals(object? obj) => obj is ResourceValue other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_milli, _items);

    public static bool operator ==(ResourceValue left, ResourceValue right) => left.Equals(right);

    public static bool operator !=(ResourceValue left, ResourceValue right) => !left.Equals(right);

    public override string ToString() => _items?.ToString() ?? Scalar.ToString();
}
