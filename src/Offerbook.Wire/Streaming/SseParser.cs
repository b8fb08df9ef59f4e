using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Offerbook.Wire.Streaming;

/// <summary>
/// Takes a server-sent event stream apart by the rules of the HTML standard: lines end with CR, LF or CRLF; <c>event</c>,
/// <c>data</c> and <c>id</c> are kept, everything else is ignored; an empty line ends an event, which counts only if it had data.
/// Bytes may arrive in pieces of any size. Growing beyond the bound is final.
/// </summary>
/// <param name="maxEventBytes">An event whose lines are longer than this together is a fault.</param>
public sealed class SseParser(int maxEventBytes = SseParser.DefaultMaxEventBytes)
{
    /// <summary>
    /// The largest Marathon event carries a deployment with every app of the plan: 1,000 apps of 10 KiB, and room to spare.
    /// </summary>
    public const int DefaultMaxEventBytes = 16 * 1024 * 1024;

    private readonly Queue<SseEvent> _events = new();
    private readonly MemoryStream _line = new();
    private readonly StringBuilder _data = new();
    private string _type = "";
    private string _lastEventId = "";
    private int _eventBytes;
    private bool _hasData;
    private bool _afterCarriageReturn;
    private bool _atStart = true;

    /// <summary>Why the stream cannot be read any further; null while all is well.</summary>
    public string? Failure { get; private set; }

    /// <summary>Takes the next bytes of the stream. Ignored after a fault.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && Failure is null)
        {
            if (_afterCarriageReturn)
            {
                _afterCarriageReturn = false;
                if (bytes[0] == '\n')
                {
                    bytes = bytes[1..];
                    continue;
                }
            }
            var lineEnd = bytes.IndexOfAny((byte)'\r', (byte)'\n');
            var part = lineEnd < 0 ? bytes : bytes[..lineEnd];
            _eventBytes += part.Length;
            if (_eventBytes > maxEventBytes)
            {
                Failure = $"An event is longer than the {maxEventBytes} bytes allowed here.";
                _line.SetLength(0);
                _data.Clear();
                return;
            }
            _line.Write(part);
            if (lineEnd < 0)
            {
                return;
            }
            _afterCarriageReturn = bytes[lineEnd] == '\r';
            bytes = bytes[(lineEnd + 1)..];
            TakeLine(_line.GetBuffer().AsSpan(0, (int)_line.Length));
            _line.SetLength(0);
        }
    }

    /// <summary>The next whole event, if one has arrived.</summary>
    public bool TryRead([NotNullWhen(true)] out SseEvent? next) => _events.TryDequeue(out next);

    private void TakeLine(ReadOnlySpan<byte> line)
    {
        if (_atStart)
        {
            _atStart = false;
            line = line.StartsWith("\uFEFF"u8) ? line[3..] : line;
        }
        if (line.IsEmpty)
        {
            EndEvent();
            return;
        }
        var colon = line.IndexOf((byte)':');
        var field = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? default : line[(colon + 1)..];
        value = value.StartsWith(" "u8) ? value[1..] : value;
        if (field.SequenceEqual("data"u8))
        {
            if (_hasData)
            {
                _data.Append('\n');
            }
            _data.Append(Encoding.UTF8.GetString(value));
            _hasData = true;
        }
        else if (field.SequenceEqual("event"u8))
        {
            _type = Encoding.UTF8.GetString(value);
        }
        else if (field.SequenceEqual("id"u8) && !value.Contains((byte)0))
        {
            _lastEventId = Encoding.UTF8.GetString(value);
        }
    }

    private void EndEvent()
    {
        if (_hasData)
        {
            _events.Enqueue(new SseEvent(_type.Length == 0 ? "message" : _type, _data.ToString(), _lastEventId));
        }
        _data.Clear();
        _type = "";
        _hasData = false;
        _eventBytes = 0;
    }
}
