using System.Net;
using Mesos.V1.Master;
using Offerbook.Bench.Sockets;
using Offerbook.Wire;

namespace Offerbook.Bench.Streams;

/// <summary>
/// Follows the operators' event stream in protobuf. Counts records; only a reader with <paramref name="lag"/> looks into them.
/// </summary>
/// <param name="lag">Takes the timestamp that each update carries.</param>
/// <param name="stalls">Stops reading once the stream is open.</param>
internal sealed class OperatorReader(Reactor reactor, IPEndPoint master, Action<long>? lag, bool stalls, Action opened) : IHttpLinkUser
{
    /// <summary>As small as the kernel lets it be: a stalled reader must not hide behind buffers.</summary>
    private const int StalledReceiveBytes = 4_096;

    private static readonly byte[] Subscribe = HttpText.Post("/api/v1", new Call { Type = Call.Types.Type.Subscribe },
        MessageFormat.Protobuf);

    private RecordSplitter _records;
    private HttpLink? _link;

    public long Records { get; private set; }

    /// <summary>Why the stream has ended; null while it goes on.</summary>
    public string? Ended { get; private set; }

    public void Connect() => _link = HttpLink.Connect(reactor, this, master, receiveBytes: stalls ? StalledReceiveBytes : 0);

    public void Resume() => _link?.Pause(false);

    public void Close() => _link?.Close();

    void IHttpLinkUser.Opened(HttpLink link) => link.Send(Subscribe);

    void IHttpLinkUser.Head(HttpLink link, ReadOnlySpan<byte> head)
    {
        if (link.Status != 200)
        {
            Ended = $"status {link.Status}";
        }
    }

    void IHttpLinkUser.Body(HttpLink link, ReadOnlySpan<byte> bytes) => _records.Take(bytes, record =>
    {
        if (Records++ == 0)
        {
            opened();
            if (stalls)
            {
                link.Pause(true);
            }
        }
        else if (lag is not null)
        {
            var happened = Event.Parser.ParseFrom(record);
            if (happened.TaskUpdated is { } update && long.TryParse(update.Status.Message.AsSpan().TrimEnd('x'), out var sent))
            {
                lag(sent);
            }
        }
    });

    void IHttpLinkUser.Answered(HttpLink link) => Ended = "the master closed it";

    void IHttpLinkUser.Closed(HttpLink link, string reason) => Ended = reason;
}
