using System.Buffers;
using System.Text;
using Offerbook.Actors;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>An answer that goes on. Waiting for more of it costs no buffer.</summary>
internal sealed class EngineStream(HttpResponseMessage response, Stream stream) : IAsyncDisposable
{
    /// <summary>An event or a line about a pull is a few hundred bytes; labels and errors may make it longer.</summary>
    private const int LongestLine = 1 << 20;

    private const int ReadSize = 32 << 10;

    /// <summary>Hands over what comes, until the end.</summary>
    /// <exception cref="IOException">It was cut.</exception>
    public async Task CopyAsync(Func<ReadOnlyMemory<byte>, ValueTask> take, CancellationToken cancellation)
    {
        while (true)
        {
            // Returns when there is something: thousands of followers hold no buffer meanwhile.
            var nothing = await stream.ReadAsync(Memory<byte>.Empty, cancellation);
            Invariant.Check(nothing == 0, "a read of nothing gives nothing");
            var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
            try
            {
                var read = await stream.ReadAsync(buffer, cancellation);
                if (read == 0)
                {
                    return;
                }
                await take(buffer.AsMemory(0, read));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Reads line by line.</summary>
    /// <param name="stall">How long the next part may take; null: for ever.</param>
    /// <exception cref="IOException">It was cut, or a line is too long.</exception>
    /// <exception cref="TimeoutException">Nothing came for too long.</exception>
    public async Task ReadLinesAsync(Func<string, ValueTask> take, TimeSpan? stall, CancellationToken cancellation)
    {
        var line = new MemoryStream();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            limit.CancelAfter(stall ?? Timeout.InfiniteTimeSpan);
            await CopyAsync(async bytes =>
            {
                limit.CancelAfter(stall ?? Timeout.InfiniteTimeSpan);
                while (bytes.Span.IndexOf((byte)'\n') is var end and >= 0)
                {
                    line.Write(bytes.Span[..end]);
                    await TakeAsync(line, take);
                    bytes = bytes[(end + 1)..];
                }
                line.Write(bytes.Span);
                if (line.Length > LongestLine)
                {
                    throw new IOException("a line of its answer is too long");
                }
            }, limit.Token);
            await TakeAsync(line, take);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"nothing came for {stall?.TotalSeconds:0.#} s");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        response.Dispose();
    }

    private static async ValueTask TakeAsync(MemoryStream line, Func<string, ValueTask> take)
    {
        var text = Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length).Trim();
        line.SetLength(0);
        if (text.Length > 0)
        {
            await take(text);
        }
    }
}
