namespace Offerbook.Wire.Streaming;

/// <summary>
/// Takes a RecordIO stream apart: a record is its length in bytes as decimal text, a line feed, then that many bytes.
/// Bytes may arrive in pieces of any size. The first fault is final: where the next record would begin cannot be known any more.
/// Keeps at most one unfinished record and what was appended last.
/// </summary>
/// <param name="maxRecordBytes">A record longer than this is a fault.</param>
public sealed class RecordIoDecoder(int maxRecordBytes = RecordIoDecoder.DefaultMaxRecordBytes)
{
    /// <summary>
    /// A GET_STATE snapshot of 10,000 agents with 100,000 tasks is about 150 MB of JSON: twice that, rounded down to a power of two.
    /// </summary>
    public const int DefaultMaxRecordBytes = 256 * 1024 * 1024;

    /// <summary>Digits in 2^31 - 1: no length that we could hold is longer.</summary>
    private const int MaxLengthDigits = 10;

    private byte[] _buffer = [];
    private int _start;
    private int _end;

    /// <summary>Why the stream cannot be read any further; null while all is well.</summary>
    public string? Failure { get; private set; }

    /// <summary>Takes the next bytes of the stream. Records handed out before become invalid. Ignored after a fault.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (Failure is not null)
        {
            return;
        }
        var held = _end - _start;
        if (_buffer.Length - _end < bytes.Length)
        {
            if (_buffer.Length - held >= bytes.Length)
            {
                _buffer.AsSpan(_start, held).CopyTo(_buffer);
            }
            else
            {
                var larger = new byte[Math.Max(held + bytes.Length, Math.Min(2L * _buffer.Length, Array.MaxLength))];
                _buffer.AsSpan(_start, held).CopyTo(larger);
                _buffer = larger;
            }
            _start = 0;
            _end = held;
        }
        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>The next whole record, if one has arrived. It is valid until the next <see cref="Append"/>.</summary>
    public bool TryRead(out ReadOnlyMemory<byte> record)
    {
        record = default;
        if (Failure is not null || !TryReadLength(out var headerBytes, out var length))
        {
            return false;
        }
        if (_end - _start - headerBytes < length)
        {
            return false;
        }
        record = _buffer.AsMemory(_start + headerBytes, length);
        _start += headerBytes + length;
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }
        return true;
    }

    /// <summary>Says that the stream has ended; ending inside a record is a fault.</summary>
    /// <returns>Whether the stream was whole.</returns>
    public bool Complete()
    {
        if (Failure is null && _end > _start)
        {
            Fail($"The stream ended inside a record, with {_end - _start} bytes of it received.");
        }
        return Failure is null;
    }

    private bool TryReadLength(out int headerBytes, out int length)
    {
        headerBytes = 0;
        length = 0;
        var held = _buffer.AsSpan(_start, _end - _start);
        var header = held[..Math.Min(held.Length, MaxLengthDigits + 1)];
        var lineFeed = header.IndexOf((byte)'\n');
        var digits = lineFeed < 0 ? header : header[..lineFeed];
        long value = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return Fail($"A record length must be decimal digits, but has the byte 0x{digit:x2}.");
            }
            value = value * 10 + (digit - '0');
        }
        if (value > maxRecordBytes || digits.Length > MaxLengthDigits)
        {
            return Fail($"A record of {value} bytes or more is longer than the {maxRecordBytes} bytes allowed here.");
        }
        if (lineFeed == 0)
        {
            return Fail("A record length is empty.");
        }
        headerBytes = lineFeed + 1;
        length = (int)value;
        return lineFeed > 0;
    }

    private bool Fail(string reason)
    {
        Failure = reason;
        _buffer = [];
        (_start, _end) = (0, 0);
        return false;
    }
}
