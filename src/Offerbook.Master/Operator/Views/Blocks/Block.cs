namespace Offerbook.Master.Operator.Views.Blocks;

/// <summary>Where an item stands in a <see cref="BlockTable{T}"/>; whoever changes or removes the item keeps it.</summary>
internal class Slot<T> where T : class
{
    internal Block<T>? Block { get; set; }

    internal int Place { get; set; }
}

/// <summary>Up to 256 items that are copied together. Items of blocks that a list shares are never written to again.</summary>
internal sealed class Block<T> where T : class
{
    public const int MaxPlaces = 256;

    private const int FirstPlaces = 4;

    /// <summary>Shared with lists taken since <see cref="Epoch"/>; places are filled from the front, and emptied anywhere.</summary>
    public T?[] Items { get; private set; } = new T?[FirstPlaces];

    public Slot<T>?[] Slots { get; private set; } = new Slot<T>?[FirstPlaces];

    /// <summary>Which lists may share <see cref="Items"/>: those taken when the table's epoch was greater.</summary>
    public long Epoch { get; private set; }

    /// <summary>Where the block stands in the table.</summary>
    public int Position { get; set; }

    /// <summary>Places that have been filled, whether or not they are empty again.</summary>
    public int Filled { get; private set; }

    /// <summary>No item stands before this place.</summary>
    public int First { get; private set; }

    public int Count { get; private set; }

    public bool IsFull => Filled == MaxPlaces;

    public static Block<T> New(long epoch) => new() { Epoch = epoch };

    public void Append(Slot<T> slot, T item, long epoch)
    {
        Unshare(epoch, Filled + 1);
        slot.Block = this;
        slot.Place = Filled;
        Items[Filled] = item;
        Slots[Filled] = slot;
        Filled++;
        Count++;
    }

    public void Set(int place, T item, long epoch)
    {
        Unshare(epoch, Filled);
        Items[place] = item;
    }

    public void Clear(int place, long epoch)
    {
        Unshare(epoch, Filled);
        Slots[place]!.Block = null;
        Items[place] = null;
        Slots[place] = null;
        Count--;
        while (First < Filled && Slots[First] is null)
        {
            First++;
        }
    }

    /// <summary>A block with the items of both, which must fit in one.</summary>
    public static Block<T> Merge(Block<T> first, Block<T> second, long epoch)
    {
        var merged = New(epoch);
        foreach (var block in (ReadOnlySpan<Block<T>>)[first, second])
        {
            for (var place = block.First; place < block.Filled; place++)
            {
                if (block.Slots[place] is { } slot)
                {
                    merged.Append(slot, block.Items[place]!, epoch);
                }
            }
        }
        return merged;
    }

    private void Unshare(long epoch, int places)
    {
        if (places > Items.Length)
        {
            var room = Math.Min(MaxPlaces, 2 * Items.Length);
            var slots = Slots;
            Array.Resize(ref slots, room);
            Slots = slots;
            Copy(room, epoch);
        }
        else if (Epoch < epoch)
        {
            Copy(Items.Length, epoch);
        }
    }

    private void Copy(int room, long epoch)
    {
        var items = new T?[room];
        Items.CopyTo(items, 0);
        Items = items;
        Epoch = epoch;
    }
}
