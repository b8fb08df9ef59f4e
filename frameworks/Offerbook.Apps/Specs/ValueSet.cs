using System.Collections;
using System.Runtime.CompilerServices;

namespace Offerbook.Apps.Specs;

/// <summary>
/// An immutable set that remembers the order in which it was written (for people) but ignores it when compared: reordering the
/// constraints of an app is no change. Small (a handful of elements), so look-ups scan.
/// </summary>
[CollectionBuilder(typeof(ValueSet), nameof(ValueSet.Create))]
public sealed class ValueSet<T> : IReadOnlyList<T>, IEquatable<ValueSet<T>>
{
    private readonly T[] _items;

    internal ValueSet(T[] distinct) => _items = distinct;

    public static ValueSet<T> Empty { get; } = new([]);

    public int Count => _items.Length;

    public T this[int index] => _items[index];

    public bool Contains(T item) => Array.IndexOf(_items, item) >= 0;

    public bool Equals(ValueSet<T>? other) =>
        other is not null
            && (ReferenceEquals(this, other) || (_items.Length == other._items.Length && new HashSet<T>(_items).SetEquals(other._items)));

    public override bool Equals(object? obj) => Equals(obj as ValueSet<T>);

    public override int GetHashCode()
    {
        var hash = _items.Length;
        foreach (var item in _items)
        {
            hash += item?.GetHashCode() ?? 0;
        }
        return hash;
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    public override string ToString() => "{" + string.Join(", ", _items) + "}";
}

public static class ValueSet
{
    public static ValueSet<T> Create<T>(ReadOnlySpan<T> items)
    {
        if (items.IsEmpty)
        {
            return ValueSet<T>.Empty;
        }
        var seen = new HashSet<T>();
        var distinct = new List<T>(items.Length);
        foreach (var item in items)
        {
            if (seen.Add(item))
            {
                distinct.Add(item);
            }
        }
        return new ValueSet<T>(distinct.ToArray());
    }

    public static ValueSet<T> ToValueSet<T>(this IEnumerable<T> items) => Create<T>(items.ToArray());
}
