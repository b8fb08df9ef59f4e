using System.Buffers;

namespace Offerbook.Apps.Http.Rendering;

/// <summary>A JSON list of ready pieces. Writes the opening bracket at once.</summary>
internal sealed class JsonListWriter
{
    private readonly IBufferWriter<byte> _to;
    private bool _any;

    public JsonListWriter(IBufferWriter<byte> to)
    {
        _to = to;
        _to.Write("["u8);
    }

    /// <param name="piece">Never changes any more: the body of an answer only refers to it.</param>
    public void Add(ReadOnlyMemory<byte> piece)
    {
        if (_any)
        {
            _to.Write(","u8);
        }
        _any = true;
        if (_to is BodyWriter body)
        {
            body.Add(piece);
        }
        else
        {
            _to.Write(piece.Span);
        }
    }

    public void End() => _to.Write("]"u8);
}
