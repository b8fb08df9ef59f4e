using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Google.Protobuf;
using Offerbook.Wire.Plans;

namespace Offerbook.Wire.Json;

/// <summary>
/// Writes JSON as UTF-8 into the spans of a buffer writer. Trusts its callers to nest well. What was written counts only after
/// <see cref="Flush"/>.
/// </summary>
internal ref struct JsonOutput(IBufferWriter<byte> output)
{
    /// <summary>Asked of the buffer writer at a time: a page, so that small fields do not call it each time.</summary>
    private const int PageBytes = 4096;

    /// <summary>Characters transcoded at a time: at three bytes each they fit four pages.</summary>
    private const int ChunkLength = 4 * PageBytes / 3;

    private static readonly SearchValues<char> s_escaped = SearchValues.Create(
        "\"\\" + string.Concat(Enumerable.Range(0, 0x20).Select(c => (char)c)));

    private readonly IBufferWriter<byte> _output = output;
    private Span<byte> _page = [];
    private int _used = 0;
    private bool _first = true;

    public void BeginObject()
    {
        Byte((byte)'{');
        _first = true;
    }

    public void EndObject()
    {
        Byte((byte)'}');
        _first = false;
    }

    /// <summary>Begins a member whose name is already in the form <c>,"name":</c>.</summary>
    public void Member(byte[] key)
    {
        Raw(_first ? key.AsSpan(1) : key);
        _first = false;
    }

    public void Member(string name)
    {
        if (!_first)
        {
            Byte((byte)',');
        }
        Text(name);
        Byte((byte)':');
        _first = false;
    }

    public void Byte(byte value)
    {
        Reserve(1)[0] = value;
        _used++;
    }

    public void Raw(ReadOnlySpan<byte> json)
    {
        json.CopyTo(Reserve(json.Length));
        _used += json.Length;
    }

    public void Text(string value)
    {
        Byte((byte)'"');
        var rest = value.AsSpan();
        while (!rest.IsEmpty)
        {
            var escaped = rest.IndexOfAny(s_escaped);
            Transcode(escaped < 0 ? rest : rest[..escaped]);
            if (escaped < 0)
            {
                break;
            }
            Escape(rest[escaped]);
            rest = rest[(escaped + 1)..];
        }
        Byte((byte)'"');
    }

    public void Base64(ByteString value)
    {
        Byte((byte)'"');
        System.Buffers.Text.Base64.EncodeToUtf8(
            value.Span, Reserve(System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(value.Length)), out _, out var written);
        _used += written;
        Byte((byte)'"');
    }

    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out var written);
        _used += written;
    }

    public void Number(ulong value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out var written);
        _used += written;
    }

    public void Number(double value)
    {
        var room = Reserve(DoubleText.MaxBytes);
        _used += DoubleText.Format(value, room);
    }

    /// <summary>Writes the name of an enum value; a number that has none is written as it is, which readers refuse.</summary>
    public void EnumValue(EnumNames names, int number)
    {
        if (names.Quoted(number) is { } quoted)
        {
            Raw(quoted);
        }
        else
        {
            Number((long)number);
        }
    }

    public void Flush()
    {
        _output.Advance(_used);
        _page = [];
        _used = 0;
    }

    private void Transcode(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var length = Math.Min(text.Length, ChunkLength);
            if (length < text.Length && char.IsHighSurrogate(text[length - 1]))
            {
                length--;
            }
            // Halves of surrogate pairs become U+FFFD: UTF-8 has no form for them.
            var room = Reserve(3 * length);
            _used += Encoding.UTF8.GetBytes(text[..length], room);
            text = text[length..];
        }
    }

    private void Escape(char c)
    {
        Byte((byte)'\\');
        var letter = c switch
        {
            '"' or '\\' => (byte)c,
            '\b' => (byte)'b',
            '\f' => (byte)'f',
            '\n' => (byte)'n',
            '\r' => (byte)'r',
            '\t' => (byte)'t',
            _ => (byte)'u',
        };
        Byte(letter);
        if (letter == 'u')
        {
            Raw("00"u8);
            Utf8Formatter.TryFormat(c, Reserve(2), out _, new StandardFormat('X', 2));
            _used += 2;
        }
    }

    /// <summary>Call it before <c>_used</c> is read: it begins a new page when the present one is too small.</summary>
    private Span<byte> Reserve(int bytes)
    {
        if (_page.Length - _used < bytes)
        {
            Flush();
            _page = _output.GetSpan(Math.Max(bytes, PageBytes));
        }
        return _page[_used..];
    }
}
