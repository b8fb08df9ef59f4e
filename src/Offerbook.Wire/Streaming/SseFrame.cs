using System.Buffers;
using System.Text;

namespace Offerbook.Wire.Streaming;

/// <summary>
/// Writes server-sent events in the one form that every known client of the Marathon event stream reads: CRLF line ends, one
/// space after the colon, <c>event</c> before <c>data</c>, an empty line after them.
/// </summary>
public static class SseFrame
{
    /// <summary>An empty line: no client takes it for an event, and a dead connection shows when it is sent.</summary>
    public static ReadOnlySpan<byte> KeepAlive => "\r\n"u8;

    /// <summary>Writes one event. Line ends inside <paramref name="data"/> start a new data line, as the format wants.</summary>
    /// <param name="type">The event's name; must not contain a line end.</param>
    /// <param name="data">UTF-8 text.</param>
    /// <param name="id">Written as an <c>id</c> line before the others when not null; must not contain a line end.</param>
    public static void Write(string type, ReadOnlySpan<byte> data, IBufferWriter<byte> output, string? id = null)
    {
        if (id is not null)
        {
            WriteLine("id: "u8, id, output);
        }
        WriteLine("event: "u8, type, output);
        while (true)
        {
            var lineEnd = data.IndexOfAny((byte)'\r', (byte)'\n');
            output.Write("data: "u8);
            output.Write(lineEnd < 0 ? data : data[..lineEnd]);
            output.Write("\r\n"u8);
            if (lineEnd < 0)
            {
                break;
            }
            var crlf = data[lineEnd] == '\r' && lineEnd + 1 < data.Length && data[lineEnd + 1] == '\n';
            data = data[(lineEnd + (crlf ? 2 : 1))..];
        }
        output.Write("\r\n"u8);
    }

    private static void WriteLine(ReadOnlySpan<byte> field, string value, IBufferWriter<byte> output)
    {
        if (value.AsSpan().IndexOfAny('\r', '\n') >= 0)
        {
            throw new ArgumentException("A line end would break the frame.", nameof(value));
        }
        output.Write(field);
        Encoding.UTF8.GetBytes(value, output);
        output.Write("\r\n"u8);
    }
}
