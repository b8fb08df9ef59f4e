using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Offerbook.Master.Operator.Views.Blocks;

/// <summary>
/// A map that lists its values in the order in which their keys were added, and whose values can be taken for next to nothing.
/// While it is walked, values may be set for known keys, but nothing may be added or removed.
/// </summary>
/// <param name="changed">Called after every change.</param>
internal sealed class BlockMap<TKey, TValue>(Action? changed = null) : IReadOnlyCollection<TValue> where TKey : notnull where TValue : class
{
    private readonly Dictionary<TKey, KeySlot> _index = [];
    private readonly BlockTable<TValue> _table = new();

    public int Count => _index.Count;

    /// <summary>In order.</summary>
    public IEnumerable<TKey> Keys => _table.Slots.Select(static slot => ((KeySlot)slot).Key);

    public TValue? Find(TKey key) => _index.TryGetValue(key, out var slot) ? BlockTable<TValue>.Read(slot) : null;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        value = Find(key);
        return value is not null;
    }

    public bool Contains(TKey key) => _index.ContainsKey(key);

    /// <summary>A key that is there already keeps its place and gets the value.</summary>
    public void Set(TKey key, TValue value)
    {
        if (_index.TryGetValue(key, out var slot))
        {
            _table.Set(slot, value);
        }
        else
        {
            slot = new KeySlot(key);
            _index.Add(key, slot);
            _table.Add(slot, value);
        }
        changed?.Invoke();
    }

    public bool Remove(TKey key)
    {
        if (!_index.Remove(key, out var slot))
        {
            return false;
        }
        _table.Remove(slot);
        changed?.Invoke();
        return true;
    }

    /// <summary>The values at this moment; the same list as before if nothing has changed.</summary>
    public BlockList<TValue> Take() => _table.Take();

    public IEnumerator<TValue> GetEnumerator()
    {
        foreach (var slot in _table.Slots)
        {
            yield return BlockTable<TValue>.Read(slot);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed class KeySlot(TKey key) : Slot<TValue>
    {
        public TKey Key { get; } = key;
    }
}
