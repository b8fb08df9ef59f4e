using System.Buffers.Text;

namespace Offerbook.Bench.Sockets;

/// <summary>Takes HTTP/1.1 answers apart as they come, in pieces of any size: head, then a body of known length or of chunks.</summary>
internal sealed class AnswerParser
{
    private enum Part : byte
    {
        Head,
        Body,
        ChunkSize,
        Chunk,
        ChunkEnd,
        Trailer,
    }

    private Part _part;
    private long _left;
    private byte[]? _kept;

    public int Status { get; private set; }

    /// <returns>Why the answer cannot be read; null while all is well.</returns>
    public string? Take(ReadOnlySpan<byte> bytes, HttpLink link, IHttpLinkUser user)
    {
        if (_kept is not null)
        {
            bytes = (byte[])[.. _kept, .. bytes];
            _kept = null;
        }
        while (bytes.Length > 0 && link.IsOpen)
        {
            int used;
            switch (_part)
            {
                case Part.Head:
                    used = TakeHead(bytes, link, user);
                    break;
                case Part.Body or Part.Chunk:
                    used = (int)Math.Min(_left, bytes.Length);
                    _left -= used;
                    user.Body(link, bytes[..used]);
                    if (_left == 0)
                    {
                        End(link, user);
                    }
                    break;
                default:
                    used = TakeLine(bytes, link, user);
                    break;
            }
            if (used < 0)
            {
                return "the answer is not HTTP/1.1 as expected";
            }
            if (used == 0)
            {
                _kept = bytes.ToArray();
                return null;
            }
            bytes = bytes[used..];
        }
        return null;
    }

    /// <summary>The value of a header in a head; empty when it is not there.</summary>
    public static ReadOnlySpan<byte> Header(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        while (head.IndexOf("\r\n"u8) is var end and >= 0)
        {
            var line = head[..end];
            head = head[(end + 2)..];
            var colon = line.IndexOf((byte)':');
            if (colon == name.Length && System.Text.Ascii.EqualsIgnoreCase(line[..colon], name))
            {
                return line[(colon + 1)..].Trim((byte)' ');
            }
        }
        return default;
    }

    private int TakeHead(ReadOnlySpan<byte> bytes, HttpLink link, IHttpLinkUser user)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return bytes.Length > 64 * 1024 ? -1 : 0;
        }
        var head = bytes[..(end + 2)];
        if (!head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head[9..], out int status, out _))
        {
            return -1;
        }
        Status = status;
        var length = Header(head, "Content-Length"u8);
        if (!length.IsEmpty && Utf8Parser.TryParse(length, out _left, out _))
        {
            _part = Part.Body;
        }
        else
        {
            _part = Header(head, "Transfer-Encoding"u8).IsEmpty ? Part.Body : Part.ChunkSize;
            _left = 0;
        }
        user.Head(link, head);
        if (_part == Part.Body && _left == 0)
        {
            End(link, user);
        }
        return end + 4;
    }

    private int TakeLine(ReadOnlySpan<byte> bytes, HttpLink link, IHttpLinkUser user)
    {
        var end = bytes.IndexOf("\r\n"u8);
        if (end < 0)
        {
            return bytes.Length > 1024 ? -1 : 0;
        }
        switch (_part)
        {
            case Part.ChunkSize:
                if (!Utf8Parser.TryParse(bytes[..end], out _left, out _, 'x'))
                {
                    return -1;
                }
                _part = _left == 0 ? Part.Trailer : Part.Chunk;
                break;
            case Part.ChunkEnd:
                _part = Part.ChunkSize;
                break;
            case Part.Trailer when end == 0:
                _part = Part.Body;
                End(link, user);
                break;
        }
        return end + 2;
    }

    private void End(HttpLink link, IHttpLinkUser user)
    {
        if (_part == Part.Chunk)
        {
            _part = Part.ChunkEnd;
            return;
        }
        _part = Part.Head;
        user.Answered(link);
    }
}
