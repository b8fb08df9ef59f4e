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

    public void Add(ReadOnlySpan<byte> piece)
    {
        if (_any)
        {
            _to.Write(","u8);
        }
        _any = true;
        _to.Write(piece);
    }

    public void End() => _to.Write("]"u8);
}
