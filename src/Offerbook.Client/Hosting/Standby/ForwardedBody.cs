using System.Buffers;
using System.Net;

namespace Offerbook.Client.Hosting.Standby;

/// <summary>A client's body on its way to the leader, piece by piece.</summary>
/// <param name="length">Null: in chunks.</param>
/// <param name="silence">Rests while the client is waited for.</param>
/// <exception cref="BodyTooLongException">From whoever sends it, when it has more than <paramref name="most"/> bytes.</exception>
internal sealed class ForwardedBody(Stream body, long? length, long most, LeaderSilence silence) : HttpContent
{
    private const int PieceBytes = 32 * 1024;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            // What the client has sent so far goes out before it sends more: it may want to see an answer to that first.
            await stream.FlushAsync(cancellationToken);
            long sent = 0;
            int count;
            while ((count = await ReadAsync(buffer, cancellationToken)) > 0)
            {
                if ((sent += count) > most)
                {
                    throw new BodyTooLongException(most);
                }
                await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                await stream.FlushAsync(cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long known)
    {
        known = length ?? 0;
        return length is not null;
    }

    private async ValueTask<int> ReadAsync(byte[] buffer, CancellationToken cancellation)
    {
        silence.Rest();
        var count = await body.ReadAsync(buffer, cancellation);
        silence.Watch();
        return count;
    }
}

/// <summary>A client's body is longer than a leader takes.</summary>
internal sealed class BodyTooLongException(long most)
    : Exception($"The body is larger than the {most} bytes allowed. Send it in parts.");
