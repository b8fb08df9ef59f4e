using System.Globalization;
using System.Net;
using System.Text;
using Offerbook.Bench.Sockets;

namespace Offerbook.Bench.Apps;

/// <summary>
/// Reads /v2/events on a reactor. Counts events; only a reader with <paramref name="lag"/> looks at their times, which Apps wrote by the
/// same clock.
/// </summary>
/// <param name="stalls">Stops reading once the stream is open.</param>
internal sealed class EventReader(Reactor reactor, IPEndPoint apps, Action<TimeSpan>? lag, bool stalls, Action opened) : IHttpLinkUser
{
    /// <summary>As small as the kernel lets it be: a stalled reader must not hide behind buffers.</summary>
    private const int StalledReceiveBytes = 4_096;

    private static readonly byte[] Request = "GET /v2/events HTTP/1.1\r\nHost: apps\r\nAccept: text/event-stream\r\n\r\n"u8.ToArray();

    private readonly List<byte> _rest = [];
    private HttpLink? _link;

    public long Events { get; private set; }

    /// <summary>Why the stream has ended; null while it goes on.</summary>
    public string? Ended { get; private set; }

    public void Connect() => _link = HttpLink.Connect(reactor, this, apps, receiveBytes: stalls ? StalledReceiveBytes : 0);

    public void Resume() => _link?.Pause(false);

    void IHttpLinkUser.Opened(HttpLink link) => link.Send(Request);

    void IHttpLinkUser.Head(HttpLink link, ReadOnlySpan<byte> head)
    {
        if (link.Status != 200)
        {
            Ended = $"status {link.Status}";
        }
        opened();
        if (stalls)
        {
            link.Pause(true);
        }
    }

    void IHttpLinkUser.Body(HttpLink link, ReadOnlySpan<byte> bytes)
    {
        // Every frame has one; a handful that the end of a read cuts in two goes uncounted.
        Events += bytes.Count("\ndata: "u8);
        if (lag is null)
        {
            return;
        }
        _rest.AddRange(bytes);
        var whole = _rest.LastIndexOf((byte)'\n') + 1;
        Look(Encoding.UTF8.GetString([.. _rest[..whole]]));
        _rest.RemoveRange(0, whole);
    }

    void IHttpLinkUser.Answered(HttpLink link) => Ended = "Apps ended it";

    void IHttpLinkUser.Closed(HttpLink link, string reason) => Ended = reason;

    private void Look(string text)
    {
        const string Member = "\"timestamp\":\"";
        var now = DateTimeOffset.UtcNow;
        for (var at = text.IndexOf(Member, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Member, at + 1, StringComparison.Ordinal))
        {
            var time = text.AsSpan(at + Member.Length, "2026-01-01T10:00:00.000Z".Length);
            lag!(now - DateTimeOffset.Parse(time, CultureInfo.InvariantCulture));
        }
    }
}
