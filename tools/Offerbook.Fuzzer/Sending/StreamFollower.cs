using System.Net.Sockets;
using System.Text;
using Offerbook.Fuzzer.Requests;

namespace Offerbook.Fuzzer.Sending;

/// <summary>A stream that a SUBSCRIBE was answered with.</summary>
/// <param name="Subscriber">Whose it is; null when that was not seen.</param>
internal sealed record OpenedStream(string? Subscriber, string Id);

/// <summary>
/// Reads a stream to its end, and learns of the offers that come on it. Its pings stay unanswered, as those of a broken agent.
/// </summary>
internal sealed class StreamFollower(Socket socket, LiveStreams live, OpenedStream stream)
{
    /// <summary>The end of what was read before: an offer may come in two pieces.</summary>
    private const int Overlap = 300;

    public async Task RunAsync()
    {
        var buffer = new byte[16 * 1024];
        var before = "";
        try
        {
            int read;
            while ((read = await socket.ReceiveAsync(buffer)) > 0)
            {
                if (stream.Subscriber is { } subscriber)
                {
                    before += Encoding.Latin1.GetString(buffer, 0, read);
                    live.LearnOffers(subscriber, before);
                    before = before[^Math.Min(Overlap, before.Length)..];
                }
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The master cut the stream, or another took its place among those that are open.
        }
        if (stream.Subscriber is { } gone)
        {
            live.Forget(gone, stream.Id);
        }
    }
}
