namespace Offerbook.Apps.Http.Events;

/// <summary>Events that go out together. Whoever wants all of them gets the same bytes.</summary>
internal sealed class EventBatch
{
    private readonly EventFrame[] _frames;

    public EventBatch(EventFrame[] frames)
    {
        _frames = frames;
        var bytes = new byte[frames.Sum(frame => frame.Bytes.Length)];
        var at = 0;
        foreach (var frame in frames)
        {
            frame.Bytes.CopyTo(bytes.AsMemory(at));
            at += frame.Bytes.Length;
        }
        Bytes = bytes;
    }

    private EventBatch(ReadOnlyMemory<byte> bytes) => (_frames, Bytes) = ([], bytes);

    public int Count => _frames.Length;

    public ReadOnlyMemory<byte> Bytes { get; }

    public IReadOnlyList<EventFrame> Frames => _frames;

    /// <summary>Whether events are missing between the one with an id and the last of these. Ids are dense.</summary>
    public bool Skips(long after) =>
        Count > 0 && _frames[^1].Id > after && (_frames[0].Id > after + 1 || _frames[^1].Id - _frames[0].Id >= Count);

    /// <summary>Bytes that are no event, such as an empty line.</summary>
    public static EventBatch Of(ReadOnlySpan<byte> bytes) => new(bytes.ToArray());
}
