namespace Offerbook.Wire.Http;

/// <summary>Frames that belong together and are each made when their turn comes, from what never changes.</summary>
internal interface IFrameList
{
    int Count { get; }

    ReadOnlyMemory<byte> Frame(int index);
}
