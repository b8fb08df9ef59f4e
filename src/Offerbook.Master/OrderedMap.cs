using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Offerbook.Master;

/// <summary>
/// A map that lists its values in the order in which their keys were added, whatever was removed between. All operations cost O(1).
/// </summary>
/// <param name="changed">Called after every change but <see cref="Clear"/>.</param>
internal sealed class OrderedMap<TKey, TValue>(Action? changed = null) : IReadOnlyCollection<TValue> where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _index = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _order = [];

    public int Count => _index.Count;

    public TValue? Find(TKey key) => _index.TryGetValue(key, out var node) ? node.Value.Value : default;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var found = _index.TryGetValue(key, out var node);
        value = found ? node!.Value.Value : default;
        return found;
    }

    public bool Contains(TKey key) => _index.ContainsKey(key);

    /// <summary>A key that is there already keeps its place and gets the value.</summary>
    public void Set(TKey key, TValue value)
    {
        if (_index.TryGetValue(key, out var node))
        {
            node.Value = (key, value);
        }
        else
        {
            _index.Add(key, _order.AddLast((key, value)));
        }
        changed?.Invoke();
    }

    public bool Remove(TKey key)
    {
        if (!_index.Remove(key, out var node))
        {
            return false;
        }
        _order.Remove(node);
        changed?.Invoke();
        return true;
    }

    public void RemoveOldest()
    {
        if (_order.First is { } oldest)
        {
            Remove(oldest.Value.Key);
        }
    }

    public void Clear()
    {
        _index.Clear();
        _order.Clear();
    }

    public IEnumerator<TValue> GetEnumerator()
    {
        foreach (var (_, value) in _order)
        {
            yield return value;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
