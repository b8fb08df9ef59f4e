namespace Offerbook.Master.Operator.Views.Blocks;

/// <summary>
/// A list whose state can be taken at any moment for next to nothing: items stand in blocks, taking a <see cref="BlockList{T}"/>
/// copies only the references to the blocks, and the first change of a block after that copies the block. Items keep the order in
/// which they were added. All changes cost O(1), but for a step of O(blocks) when a block vanishes; blocks that have grown sparse
/// are merged with their neighbour, so that on average a quarter of all places is in use.
/// </summary>
internal sealed class BlockTable<T> where T : class
{
    /// <summary>A block with fewer items is merged with a neighbour if both fit in half a block, which leaves room to breathe.</summary>
    private const int Sparse = Block<T>.MaxPlaces / 4;

    private readonly List<Block<T>> _blocks = [];
    private long _epoch;
    private BlockList<T>? _taken = BlockList<T>.Empty;

    public int Count { get; private set; }

    /// <summary>The slot of the first item; null when there is none.</summary>
    public Slot<T>? First => _blocks.Count == 0 ? null : _blocks[0].Slots[_blocks[0].First];

    /// <summary>In order. While it is walked, items may be changed but neither added nor removed.</summary>
    public IEnumerable<Slot<T>> Slots
    {
        get
        {
            foreach (var block in _blocks)
            {
                for (var place = block.First; place < block.Filled; place++)
                {
                    if (block.Slots[place] is { } slot)
                    {
                        yield return slot;
                    }
                }
            }
        }
    }

    public static T Read(Slot<T> slot) => slot.Block!.Items[slot.Place]!;

    /// <summary>Adds an item at the end; the slot must not be in use.</summary>
    public void Add(Slot<T> slot, T item)
    {
        Actors.Invariant.Check(slot.Block is null, "a slot stands for one item");
        _taken = null;
        if (_blocks.Count == 0 || _blocks[^1].IsFull)
        {
            var added = Block<T>.New(_epoch);
            added.Position = _blocks.Count;
            _blocks.Add(added);
        }
        _blocks[^1].Append(slot, item, _epoch);
        Count++;
    }

    public void Set(Slot<T> slot, T item)
    {
        _taken = null;
        slot.Block!.Set(slot.Place, item, _epoch);
    }

    public void Remove(Slot<T> slot)
    {
        _taken = null;
        var block = slot.Block!;
        block.Clear(slot.Place, _epoch);
        Count--;
        if (block.Count == 0)
        {
            Drop(block.Position);
        }
        else if (block.Count < Sparse)
        {
            Tidy(block.Position);
        }
    }

    /// <summary>The items at this moment; the same list as before if nothing has changed.</summary>
    public BlockList<T> Take()
    {
        if (_taken is null)
        {
            var blocks = new T?[_blocks.Count][];
            for (var i = 0; i < blocks.Length; i++)
            {
                blocks[i] = _blocks[i].Items;
            }
            _taken = new BlockList<T>(blocks, Count);
            _epoch++;
        }
        return _taken;
    }

    private void Tidy(int position)
    {
        if (position > 0 && FitTogether(position - 1))
        {
            Merge(position - 1);
        }
        else if (position + 1 < _blocks.Count && FitTogether(position))
        {
            Merge(position);
        }
    }

    private bool FitTogether(int position) => _blocks[position].Count + _blocks[position + 1].Count <= 2 * Sparse;

    private void Merge(int position)
    {
        var merged = Block<T>.Merge(_blocks[position], _blocks[position + 1], _epoch);
        merged.Position = position;
        _blocks[position] = merged;
        Drop(position + 1);
    }

    private void Drop(int position)
    {
        _blocks.RemoveAt(position);
        for (var i = position; i < _blocks.Count; i++)
        {
            _blocks[i].Position = i;
        }
    }
}
