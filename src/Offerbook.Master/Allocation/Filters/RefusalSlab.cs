namespace Offerbook.Master.Allocation;

/// <summary>Places for refusals, in chunks: growing copies nothing, and millions of refusals are few objects to the collector.</summary>
internal sealed class RefusalSlab
{
    private const int ChunkBits = 12;
    private const int ChunkSize = 1 << ChunkBits;

    private readonly List<Refusal[]> _chunks = [];
    private int _used;
    private int _free = -1;

    public int Count { get; private set; }

    public ref Refusal this[int place] => ref _chunks[place >> ChunkBits][place & (ChunkSize - 1)];

    public int Take()
    {
        Count++;
        if (_free >= 0)
        {
            var place = _free;
            _free = this[place].NextOfPair;
            return place;
        }

        if (_used == _chunks.Count << ChunkBits)
        {
            _chunks.Add(new Refusal[ChunkSize]);
        }

        return _used++;
    }

    public void Return(int place)
    {
        Count--;
        this[place] = new Refusal { NextOfPair = _free };
        _free = place;
    }
}
