using System.Buffers.Binary;

namespace Offerbook.Agent.Hosting.Docker.Sessions;

/// <summary>
/// Takes the output of a command without a terminal apart: a byte for the stream (1, 2), three zeros, the length (big endian), then so
/// many bytes, in whatever pieces they come.
/// </summary>
internal sealed class ExecFrames
{
    private const int HeaderSize = 8;

    private readonly byte[] _header = new byte[HeaderSize];
    private int _headerFilled;
    private uint _left;

    /// <summary>Takes the next piece off the bytes, all of one stream; empty when more must come first.</summary>
    /// <exception cref="InvalidDataException">It is no such stream.</exception>
    public ReadOnlyMemory<byte> Next(ref ReadOnlyMemory<byte> bytes, out bool isError)
    {
        while (_left == 0 && bytes.Length > 0)
        {
            var taken = Math.Min(HeaderSize - _headerFilled, bytes.Length);
            bytes.Span[..taken].CopyTo(_header.AsSpan(_headerFilled));
            bytes = bytes[taken..];
            _headerFilled += taken;
            if (_headerFilled == HeaderSize)
            {
                if (_header[0] is not (1 or 2) || _header[1] != 0 || _header[2] != 0 || _header[3] != 0)
                {
                    throw new InvalidDataException("the engine's output has a frame of an unknown kind");
                }
                _left = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(4));
                _headerFilled = 0;
            }
        }
        isError = _header[0] == 2;
        var piece = bytes[..(int)Math.Min(_left, bytes.Length)];
        bytes = bytes[piece.Length..];
        _left -= (uint)piece.Length;
        return piece;
    }
}
