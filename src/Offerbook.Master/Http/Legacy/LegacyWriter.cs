using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Google.Protobuf;
using Offerbook.Master.Http.Reads;
using Offerbook.Resources;
using Offerbook.Wire.Json;

namespace Offerbook.Master.Http.Legacy;

/// <summary>
/// Writes JSON as clients know it: compact, doubles always with a fraction or an exponent, slashes and letters of any script as they
/// are. Trusts its callers to nest well. Names that are known are given in UTF-8 and need no escaping; others are written by
/// <see cref="Named"/> before their value.
/// </summary>
internal sealed class LegacyWriter : IDisposable
{
    private static readonly SearchValues<char> s_escaped = SearchValues.Create(
        "\"\\" + string.Concat(Enumerable.Range(0, 0x20).Select(static c => (char)c)));

    private readonly PieceBuffer _buffer;
    private readonly IBufferWriter<byte>? _output;
    private bool _afterValue;

    public LegacyWriter(PieceBuffer buffer) => _buffer = buffer;

    /// <summary>Writes to the output when it is disposed.</summary>
    public LegacyWriter(IBufferWriter<byte> output)
    {
        _buffer = new PieceBuffer();
        _output = output;
    }

    /// <summary>Goes on in the middle of a document.</summary>
    /// <param name="afterValue">A value of the open list or object was written before.</param>
    public void Resume(bool afterValue) => _afterValue = afterValue;

    /// <summary>Writes the name of a member, of any letters; its value must follow.</summary>
    public LegacyWriter Named(string name)
    {
        Comma();
        Quoted(name);
        Byte((byte)':');
        _afterValue = false;
        return this;
    }

    public void BeginObject() => Begin((byte)'{');

    public void BeginObject(ReadOnlySpan<byte> name)
    {
        Name(name);
        Open((byte)'{');
    }

    public void EndObject() => Close((byte)'}');

    public void BeginArray() => Begin((byte)'[');

    public void BeginArray(ReadOnlySpan<byte> name)
    {
        Name(name);
        Open((byte)'[');
    }

    public void EndArray() => Close((byte)']');

    public void Text(ReadOnlySpan<byte> name, string value)
    {
        Name(name);
        Quoted(value);
    }

    public void Text(string value)
    {
        Comma();
        Quoted(value);
    }

    public void EnumValue<T>(ReadOnlySpan<byte> name, T value) where T : struct, Enum
    {
        Name(name);
        _buffer.Append(OriginalNames<T>.Quoted(value));
    }

    public void EnumValue<T>(T value) where T : struct, Enum
    {
        Comma();
        _buffer.Append(OriginalNames<T>.Quoted(value));
    }

    public void Bool(ReadOnlySpan<byte> name, bool value)
    {
        Name(name);
        _buffer.Append(value ? "true"u8 : "false"u8);
    }

    public void Integer(ReadOnlySpan<byte> name, long value)
    {
        Name(name);
        Number(value);
    }

    public void Integer(long value)
    {
        Comma();
        Number(value);
    }

    public void Double(ReadOnlySpan<byte> name, double value)
    {
        Name(name);
        Number(value);
    }

    public void Double(double value)
    {
        Comma();
        Number(value);
    }

    public void Scalar(ReadOnlySpan<byte> name, Scalar value)
    {
        Name(name);
        Number(value);
    }

    public void Scalar(Scalar value)
    {
        Comma();
        Number(value);
    }

    /// <summary>A message in its own JSON form.</summary>
    public void Message(ReadOnlySpan<byte> name, IMessage message)
    {
        Name(name);
        MesosJson.Write(message, _buffer);
    }

    public void Message(IMessage message)
    {
        Comma();
        MesosJson.Write(message, _buffer);
    }

    public void EmptyArray(ReadOnlySpan<byte> name)
    {
        BeginArray(name);
        EndArray();
    }

    public void EmptyObject(ReadOnlySpan<byte> name)
    {
        BeginObject(name);
        EndObject();
    }

    public void Messages(ReadOnlySpan<byte> name, IEnumerable<IMessage> messages)
    {
        Name(name);
        _afterValue = false;
        Messages(messages);
    }

    public void Messages(IEnumerable<IMessage> messages)
    {
        BeginArray();
        foreach (var message in messages)
        {
            Message(message);
        }
        EndArray();
    }

    public void Texts(ReadOnlySpan<byte> name, IEnumerable<string> values)
    {
        BeginArray(name);
        foreach (var value in values)
        {
            Text(value);
        }
        EndArray();
    }

    public void Dispose()
    {
        if (_output is not null)
        {
            _output.Write(_buffer.WrittenSpan);
            _buffer.Dispose();
        }
    }

    private void Begin(byte bracket)
    {
        Comma();
        Open(bracket);
    }

    private void Open(byte bracket)
    {
        Byte(bracket);
        _afterValue = false;
    }

    private void Close(byte bracket)
    {
        Byte(bracket);
        _afterValue = true;
    }

    private void Comma()
    {
        if (_afterValue)
        {
            Byte((byte)',');
        }
        _afterValue = true;
    }

    private void Name(ReadOnlySpan<byte> name)
    {
        var room = _buffer.Room(name.Length + 4);
        var at = 0;
        if (_afterValue)
        {
            room[at++] = (byte)',';
        }
        room[at++] = (byte)'"';
        name.CopyTo(room[at..]);
        at += name.Length;
        room[at++] = (byte)'"';
        room[at++] = (byte)':';
        _buffer.Advance(at);
        _afterValue = true;
    }

    private void Byte(byte value)
    {
        _buffer.Room(1)[0] = value;
        _buffer.Advance(1);
    }

    private void Quoted(string value)
    {
        var escaped = value.AsSpan().IndexOfAny(s_escaped);
        if (escaped >= 0)
        {
            Escaped(value);
            return;
        }
        var room = _buffer.Room(3 * value.Length + 2);
        room[0] = (byte)'"';
        // Halves of surrogate pairs become U+FFFD: UTF-8 has no form for them.
        var length = Encoding.UTF8.GetBytes(value, room[1..]);
        room[length + 1] = (byte)'"';
        _buffer.Advance(length + 2);
    }

    private void Escaped(string value)
    {
        Byte((byte)'"');
        var rest = value.AsSpan();
        while (!rest.IsEmpty)
        {
            var escaped = rest.IndexOfAny(s_escaped);
            var plain = escaped < 0 ? rest : rest[..escaped];
            _buffer.Advance(Encoding.UTF8.GetBytes(plain, _buffer.Room(3 * plain.Length)));
            if (escaped < 0)
            {
                break;
            }
            Escape(rest[escaped]);
            rest = rest[(escaped + 1)..];
        }
        Byte((byte)'"');
    }

    private void Escape(char letter)
    {
        var room = _buffer.Room(6);
        room[0] = (byte)'\\';
        room[1] = letter switch
        {
            '"' or '\\' => (byte)letter,
            '\b' => (byte)'b',
            '\f' => (byte)'f',
            '\n' => (byte)'n',
            '\r' => (byte)'r',
            '\t' => (byte)'t',
            _ => (byte)'u',
        };
        if (room[1] != 'u')
        {
            _buffer.Advance(2);
            return;
        }
        "00"u8.CopyTo(room[2..]);
        Utf8Formatter.TryFormat(letter, room[4..], out _, new StandardFormat('X', 2));
        _buffer.Advance(6);
    }

    private void Number(long value)
    {
        Utf8Formatter.TryFormat(value, _buffer.Room(20), out var length);
        _buffer.Advance(length);
    }

    private void Number(double value) =>
        _buffer.Advance(DoubleText.Format(double.IsFinite(value) ? value : 0, _buffer.Room(DoubleText.MaxBytes)));

    /// <summary>What <see cref="Number(double)"/> would write, without the way over binary fractions.</summary>
    private void Number(Scalar value)
    {
        if (value.Milli is < 0 or > (1L << 53))
        {
            Number(value.ToDouble());
            return;
        }
        var room = _buffer.Room(24);
        var (units, thousandths) = Math.DivRem(value.Milli, 1000);
        Utf8Formatter.TryFormat(units, room, out var at);
        room[at++] = (byte)'.';
        var digit = 100;
        do
        {
            room[at++] = (byte)('0' + thousandths / digit);
            thousandths %= digit;
            digit /= 10;
        }
        while (thousandths > 0);
        _buffer.Advance(at);
    }
}
