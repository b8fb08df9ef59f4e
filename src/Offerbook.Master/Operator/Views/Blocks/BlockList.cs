using System.Collections;

namespace Offerbook.Master.Operator.Views.Blocks;

/// <summary>
/// What a <see cref="BlockTable{T}"/> held at one moment, in the table's order; immutable, and read on any thread. Readers that
/// divide their work walk <see cref="Blocks"/>, whose arrays have holes.
/// </summary>
public sealed class BlockList<T> : IReadOnlyCollection<T> where T : class
{
    public static readonly BlockList<T> Empty = new([], 0);

    private readonly T?[][] _blocks;

    internal BlockList(T?[][] blocks, int count)
    {
        _blocks = blocks;
        Count = count;
    }

    /// <summary>A list of what is given, for readers who take blocks.</summary>
    public static BlockList<T> Of(IEnumerable<T> items)
    {
        T?[][] blocks = [.. items.Chunk(Block<T>.MaxPlaces)];
        return new BlockList<T>(blocks, blocks.Sum(static block => block.Length));
    }

    public int Count { get; }

    public int Length => Count;

    /// <summary>At most 256 places each; null where there is nothing. Never written to.</summary>
    public IReadOnlyList<T?[]> Blocks => _blocks;

    /// <summary>Walks to it: for tests and other small lists.</summary>
    public T this[int index] => this.ElementAt(index);

    public Enumerator GetEnumerator() => new(_blocks);

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public struct Enumerator : IEnumerator<T>
    {
        private readonly T?[][] _blocks;
        private int _block;
        private int _place;

        internal Enumerator(T?[][] blocks)
        {
            _blocks = blocks;
            Reset();
        }

        public T Current { get; private set; } = null!;

        readonly object IEnumerator.Current => Current;

        public bool MoveNext()
        {
            for (; _block < _blocks.Length; _block++, _place = -1)
            {
                var block = _blocks[_block];
                while (++_place < block.Length)
                {
                    if (block[_place] is { } item)
                    {
                        Current = item;
                        return true;
                    }
                }
            }
            return false;
        }

        public void Reset() => (_block, _place) = (0, -1);

        public readonly void Dispose()
        {
        }
    }
}
