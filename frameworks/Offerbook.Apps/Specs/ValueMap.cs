using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Offerbook.Apps.Specs;

/// <summary>
/// An immutable map from text, sorted by key (ordinal) so that every walk over it has the same order, and compared by value.
/// </summary>
public sealed class ValueMap<TValue> : IReadOnlyList<KeyValuePair<string, TValue>>, IEquatable<ValueMap<TValue>>
{
    private readonly KeyValuePair<string, TValue>[] _sorted;

    internal ValueMap(KeyValuePair<string, TValue>[] sorted) => _sorted = sorted;

    public static ValueMap<TValue> Empty { get; } = new([]);

    public int Count => _sorted.Length;

    public KeyValuePair<string, TValue> this[int index] => _sorted[index];

    public IEnumerable<string> Keys => _sorted.Select(pair => pair.Key);

    public bool ContainsKey(string key) => IndexOf(key) >= 0;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TValue value)
    {
        var index = IndexOf(key);
        value = index >= 0 ? _sorted[index].Value : default;
        return index >= 0;
    }

    public TValue? GetValueOrDefault(string key) => TryGetValue(key, out var value) ? value : default;

    public bool Equals(ValueMap<TValue>? other)
    {
        if (other is null || other._sorted.Length != _sorted.Length)
        {
            return false;
        }
        for (var i = 0; i < _sorted.Length && !ReferenceEquals(this, other); i++)
        {
            if (_sorted[i].Key != other._sorted[i].Key
                || !EqualityComparer<TValue>.Default.Equals(_sorted[i].Value, other._sorted[i].Value))
            {
                return false;
            }
        }
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as ValueMap<TValue>);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var pair in _sorted)
        {
            hash.Add(pair.Key);
            hash.Add(pair.Value);
        }
        return hash.ToHashCode();
    }

    public IEnumerator<KeyValuePair<string, TValue>> GetEnumerator() =>
        ((IEnumerable<KeyValuePair<string, TValue>>)_sorted).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _sorted.GetEnumerator();

    public override string ToString() => "{" + string.Join(", ", _sorted.Select(pair => pair.Key + "=" + pair.Value)) + "}";

    private int IndexOf(string key)
    {
        var (low, high) = (0, _sorted.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(_sorted[middle].Key, key);
            if (order == 0)
            {
                return middle;
            }
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }
        return -1;
    }
}

public static class ValueMap
{
    /// <summary>Builds a map; of equal keys the last one counts, as in JSON.</summary>
    public static ValueMap<TValue> ToValueMap<TValue>(this IEnumerable<KeyValuePair<string, TValue>> pairs)
    {
        var sorted = new SortedDictionary<string, TValue>(StringComparer.Ordinal);
        foreach (var (key, value) in pairs)
        {
            sorted[key] = value;
        }
        return sorted.Count == 0 ? ValueMap<TValue>.Empty : new ValueMap<TValue>(sorted.ToArray());
    }

    public static ValueMap<TValue> Of<TValue>(params (string Key, TValue Value)[] pairs) =>
        pairs.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)).ToValueMap();
}
