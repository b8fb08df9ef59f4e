using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Offerbook.Fuzzer.Requests;

namespace Offerbook.Fuzzer.Sending;

/// <summary>Sends each request on a connection of its own and judges what comes back.</summary>
public sealed class RequestSender(IPEndPoint master, LiveStreams live, TimeSpan patience) : IDisposable
{
    /// <summary>Connections that stay without reading; the oldest goes when there are more.</summary>
    private const int MaxLingering = 64;

    /// <summary>Streams that are kept open, likewise.</summary>
    private const int MaxStreams = 96;

    private readonly ConcurrentQueue<Socket> _lingering = new();
    private readonly ConcurrentQueue<Socket> _streams = new();
    private long _meant;
    private long _taken;

    public LiveStreams Live => live;

    /// <summary>Answers by status; 0 counts the requests that none was owed and none came to.</summary>
    public ConcurrentDictionary<int, long> Statuses { get; } = new();

    /// <summary>Refusals by status and the first words of their text: what the requests reached.</summary>
    public ConcurrentDictionary<string, long> Refusals { get; } = new();

    /// <summary>Calls of those who are subscribed, whole and not spoiled, and how many of them were taken.</summary>
    public (long Meant, long Taken) Sound => (Interlocked.Read(ref _meant), Interlocked.Read(ref _taken));

    /// <returns>What is wrong with the server, and the bytes that brought it out; null when nothing is.</returns>
    public async Task<(string Fault, byte[] Sent)?> SendAsync(FuzzRequest request)
    {
        var socket = new Socket(master.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var sent = new List<byte>();
        var stays = false;
        using var deadline = new CancellationTokenSource(patience);
        try
        {
            await socket.ConnectAsync(master, deadline.Token);
            var refused = await WriteAsync(socket, request, sent, deadline.Token);
            switch (request.End)
            {
                case ClientEnd.Reset:
                    socket.LingerState = new LingerOption(true, 0);
                    return null;
                case ClientEnd.Linger:
                    stays = true;
                    Keep(_lingering, socket, MaxLingering);
                    return null;
                case ClientEnd.HalfClose when !refused:
                    socket.Shutdown(SocketShutdown.Send);
                    break;
            }
            var (fault, stream) = await JudgeAsync(socket, request, sent, deadline.Token);
            if (stream is not null)
            {
                // Its calls mean something while it is open. Some have a reader, who learns of offers; the others nobody reads any more.
                stays = true;
                Keep(_streams, socket, MaxStreams);
                if (request.Index % 4 != 0)
                {
                    _ = new StreamFollower(socket, live, stream).RunAsync();
                }
            }
            return fault is null ? null : (fault, [.. sent]);
        }
        catch (OperationCanceledException)
        {
            // What is cut off waits for its rest, and the server for its own time limits.
            return request.Answers == 0 ? null : ($"no answer within {patience.TotalSeconds:0} s", [.. sent]);
        }
        catch (SocketException broken) when (request.Answers > 0)
        {
            return ($"no answer: {broken.Message}", [.. sent]);
        }
        catch (SocketException)
        {
            return null;
        }
        finally
        {
            if (!stays)
            {
                socket.Dispose();
            }
        }
    }

    public void Dispose()
    {
        foreach (var kept in new[] { _lingering, _streams })
        {
            while (kept.TryDequeue(out var socket))
            {
                socket.Dispose();
            }
        }
    }

    /// <returns>Whether the server stopped taking bytes: it may have answered before it read everything.</returns>
    private async Task<bool> WriteAsync(Socket socket, FuzzRequest request, List<byte> sent, CancellationToken cancellation)
    {
        try
        {
            foreach (var part in request.Parts)
            {
                if (part.PauseMs > 0)
                {
                    await Task.Delay(part.PauseMs, cancellation);
                }
                var bytes = WithStreamId(part.Bytes);
                sent.AddRange(bytes);
                for (var at = 0; at < bytes.Length;)
                {
                    at += await socket.SendAsync(bytes.AsMemory(at), cancellation);
                }
            }
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private async Task<(string? Fault, OpenedStream? Stream)> JudgeAsync(Socket socket, FuzzRequest request, List<byte> sent,
        CancellationToken deadline)
    {
        using var brief = CancellationTokenSource.CreateLinkedTokenSource(deadline);
        if (request.Answers == 0)
        {
            brief.CancelAfter(TimeSpan.FromMilliseconds(150));
        }
        var reader = new AnswerReader(socket);
        for (var i = 0; i < Math.Max(1, request.Answers); i++)
        {
            var answer = await reader.ReadAsync(request.IsHead, brief.Token);
            Statuses.AddOrUpdate(answer?.Status ?? 0, 1, static (_, count) => count + 1);
            if (answer is null)
            {
                return (i < request.Answers ? $"the connection was closed after {i} of {request.Answers} answers" : null, null);
            }
            if (answer.Fault() is { } fault)
            {
                return (fault, null);
            }
            if (request.IsMeant)
            {
                Interlocked.Increment(ref _meant);
                Interlocked.Add(ref _taken, answer.Status is >= 200 and < 300 ? 1 : 0);
            }
            if (answer.Status is >= 400 and < 500)
            {
                var words = string.Join(' ', Encoding.UTF8.GetString(answer.Body).Split(' ').Take(7));
                if (request.IsMeant
                    && (words.Contains("cannot be found", StringComparison.Ordinal)
                        || words.Contains("is not subscribed", StringComparison.Ordinal)))
                {
                    live.Forget([.. sent]);
                }
                Refusals.AddOrUpdate($"{answer.Status} {words[..Math.Min(80, words.Length)].Replace('\n', ' ')}", 1,
                    static (_, count) => count + 1);
            }
            if (answer.Stream is { } streamId)
            {
                var subscriber = live.Learn([.. sent], streamId, answer.Body);
                return (null, answer.IsWhole ? null : new OpenedStream(subscriber, streamId));
            }
            if (!answer.IsWhole || answer.Status is 400 or 413 or 431 || answer.Headers.GetValueOrDefault("connection") == "close")
            {
                return (null, null); // What follows on the connection is up to the server.
            }
        }
        return (null, null);
    }

    private byte[] WithStreamId(byte[] bytes)
    {
        var at = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Framing.StreamIdPlaceholder));
        if (at < 0)
        {
            return bytes;
        }
        return live.StreamOf(bytes) is { } id && id.Length == Framing.StreamIdPlaceholder.Length
            ? [.. bytes[..at], .. Encoding.ASCII.GetBytes(id), .. bytes[(at + id.Length)..]]
            : bytes;
    }

    private static void Keep(ConcurrentQueue<Socket> kept, Socket socket, int most)
    {
        kept.Enqueue(socket);
        while (kept.Count > most && kept.TryDequeue(out var oldest))
        {
            oldest.Dispose();
        }
    }
}
