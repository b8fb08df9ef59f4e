using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Offerbook.Fuzzer.Sending;

/// <summary>Reads answers from a connection, with no more trust in the server than it has in us.</summary>
public sealed class AnswerReader(Socket socket)
{
    private const int MaxHeadBytes = 64 * 1024;

    /// <summary>How long a body without a length is read when nothing more comes: it may be a stream.</summary>
    private static readonly TimeSpan StreamPause = TimeSpan.FromMilliseconds(120);

    /// <summary>And how long when it keeps coming.</summary>
    private static readonly TimeSpan MaxStream = TimeSpan.FromSeconds(1);

    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly List<byte> _input = [];

    /// <returns>Null when the connection ended before an answer.</returns>
    /// <exception cref="SocketException">The connection was reset.</exception>
    /// <exception cref="OperationCanceledException">The time is up.</exception>
    public async Task<RawAnswer?> ReadAsync(bool isHead, CancellationToken cancellation)
    {
        while (true)
        {
            int end;
            while ((end = FindHead()) < 0)
            {
                if (_input.Count > MaxHeadBytes || !await FillAsync(cancellation))
                {
                    return null;
                }
            }
            var (status, headers) = Head(Take(end));
            if (status is not (>= 100 and < 200))
            {
                var (body, whole) = isHead || status is 204 or 304 ? ([], true) : await BodyAsync(headers, cancellation);
                return new RawAnswer(status, headers, body, whole);
            }
        }
    }

    private async Task<(byte[] Body, bool Whole)> BodyAsync(Dictionary<string, string> headers, CancellationToken cancellation)
    {
        if (headers.TryGetValue("content-length", out var text))
        {
            var length = long.Parse(text, CultureInfo.InvariantCulture);
            while (_input.Count < length)
            {
                if (!await FillAsync(cancellation))
                {
                    return (Take(_input.Count), false);
                }
            }
            return (Take((int)length), true);
        }
        return headers.GetValueOrDefault("transfer-encoding") == "chunked"
            ? await ChunksAsync(cancellation) : await ToEndAsync(cancellation);
    }

    private async Task<(byte[] Body, bool Whole)> ChunksAsync(CancellationToken cancellation)
    {
        var body = new List<byte>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(MaxStream);
        while (true)
        {
            int line;
            while ((line = _input.IndexOf((byte)'\n')) < 0)
            {
                if (!await FillSoonAsync(end.Token))
                {
                    return ([.. body], false);
                }
            }
            var size = int.Parse(Encoding.ASCII.GetString(Take(line + 1)).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            while (_input.Count < size + 2)
            {
                if (!await FillSoonAsync(end.Token))
                {
                    return ([.. body], false);
                }
            }
            body.AddRange(Take(size));
            Take(2);
            if (size == 0)
            {
                return ([.. body], true);
            }
        }
    }

    private async Task<(byte[] Body, bool Whole)> ToEndAsync(CancellationToken cancellation)
    {
        while (await FillSoonAsync(cancellation))
        {
        }
        return (Take(_input.Count), false);
    }

    private async Task<bool> FillSoonAsync(CancellationToken cancellation)
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        soon.CancelAfter(StreamPause);
        try
        {
            return await FillAsync(soon.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<bool> FillAsync(CancellationToken cancellation)
    {
        var read = await socket.ReceiveAsync(_buffer, cancellation);
        _input.AddRange(_buffer.AsSpan(0, read));
        return read > 0;
    }

    private int FindHead() =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_input).IndexOf("\r\n\r\n"u8) is var at && at < 0 ? -1 : at + 4;

    private byte[] Take(int count)
    {
        var taken = _input.GetRange(0, count).ToArray();
        _input.RemoveRange(0, count);
        return taken;
    }

    private static (int Status, Dictionary<string, string> Headers) Head(byte[] bytes)
    {
        var lines = Encoding.Latin1.GetString(bytes).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var status = lines[0].StartsWith("HTTP/1.", StringComparison.Ordinal) && lines[0].Length >= 12
            && int.TryParse(lines[0].AsSpan(9, 3), CultureInfo.InvariantCulture, out var number) ? number : 0;
        var headers = new Dictionary<string, string>();
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':');
            if (colon > 0)
            {
                headers[line[..colon].ToLowerInvariant()] = line[(colon + 1)..].Trim();
            }
        }
        return (status, headers);
    }
}
