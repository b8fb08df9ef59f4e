using System.Buffers.Binary;
using System.Text;

namespace Offerbook.Agent.Hosting.Docker.Output;

/// <summary>
/// Takes the engine's log stream apart. Without a terminal it is framed: a byte for the stream (1, 2), three zeros, the length
/// (big endian), then a stamp, a space and a line, or a part of 16 KiB of one. With a terminal it is stamped lines and nothing else.
/// </summary>
internal sealed class LogPieces(bool hasTerminal)
{
    /// <summary><c>2026-11-22T18:41:45.872458359Z</c></summary>
    public const int StampWidth = 30;

    private const int HeaderSize = 8;

    /// <summary>The engine cuts lines at 16 KiB; a driver of another kind may cut later.</summary>
    private const int LongestPiece = 4 << 20;

    private byte[] _rest = [];

    /// <param name="IsError">Whether it was written to stderr.</param>
    public delegate void Take(bool isError, string stamp, ReadOnlySpan<byte> piece);

    /// <exception cref="InvalidDataException">It is not a log stream.</exception>
    public void Read(ReadOnlySpan<byte> bytes, Take take)
    {
        if (_rest.Length > 0)
        {
            bytes = (byte[])[.. _rest, .. bytes];
        }
        while (hasTerminal ? ReadLine(ref bytes, take) : ReadFrame(ref bytes, take))
        {
        }
        if (bytes.Length > LongestPiece + HeaderSize)
        {
            throw new InvalidDataException("a piece of the log is too long");
        }
        _rest = bytes.ToArray();
    }

    private static bool ReadFrame(ref ReadOnlySpan<byte> bytes, Take take)
    {
        if (bytes.Length < HeaderSize)
        {
            return false;
        }
        if (bytes[0] is not (1 or 2) || bytes[1] != 0 || bytes[2] != 0 || bytes[3] != 0)
        {
            throw new InvalidDataException("the engine's log stream has a frame of an unknown kind");
        }
        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        if (length > LongestPiece)
        {
            throw new InvalidDataException("a piece of the log is too long");
        }
        if (bytes.Length < HeaderSize + length)
        {
            return false;
        }
        Stamped(bytes[0] == 2, bytes.Slice(HeaderSize, (int)length), take);
        bytes = bytes[(HeaderSize + (int)length)..];
        return true;
    }

    private static bool ReadLine(ref ReadOnlySpan<byte> bytes, Take take)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0)
        {
            return false;
        }
        Stamped(false, bytes[..(end + 1)], take);
        bytes = bytes[(end + 1)..];
        return true;
    }

    private static void Stamped(bool isError, ReadOnlySpan<byte> text, Take take)
    {
        if (text.Length <= StampWidth || text[StampWidth] != ' ' || text[10] != 'T' || text[StampWidth - 1] != 'Z')
        {
            throw new InvalidDataException("the engine's log stream has a piece without a stamp");
        }
        take(isError, Encoding.ASCII.GetString(text[..StampWidth]), text[(StampWidth + 1)..]);
    }
}
