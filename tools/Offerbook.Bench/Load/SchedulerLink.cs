using System.Net;
using System.Text;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Bench.Sockets;
using Offerbook.Wire;
using Offerbook.Wire.Streaming;

namespace Offerbook.Bench.Load;

/// <summary>
/// A framework over the scheduler API, cheap enough to load a master from the same machine: one connection for the stream, some for
/// its calls. Lives on a reactor's thread.
/// </summary>
internal sealed class SchedulerLink : IHttpLinkUser
{
    private const string Path = "/api/v1/scheduler";
    private const int StalledReceiveBytes = 4_096;

    private readonly Reactor _reactor;
    private readonly IPEndPoint _master;
    private readonly MessageFormat _format;
    private readonly FrameworkInfo _info;
    private readonly Action<Event> _happened;
    private readonly List<CallLane<long>> _lanes = [];
    private RecordIoDecoder _records = new();
    private HttpLink? _stream;
    private string _streamHeader = "";
    private int _next;

    /// <param name="answered">Hears the tag of each call that was taken.</param>
    /// <param name="failed">Hears of each that was not: tag, status (0: no connection), text.</param>
    public SchedulerLink(Reactor reactor, IPEndPoint master, MessageFormat format, FrameworkInfo info, int lanes,
        Action<Event> happened, Action<long> answered, Action<long, int, string> failed)
    {
        (_reactor, _master, _format, _info, _happened) = (reactor, master, format, info, happened);
        for (var i = 0; i < lanes; i++)
        {
            _lanes.Add(new CallLane<long>(reactor, master, failed, answered));
        }
    }

    public bool Subscribed { get; private set; }

    /// <summary>
    /// Stops reading once the stream is open, behind buffers as small as the kernel lets them be, as a framework that hangs would.
    /// </summary>
    public bool Stalls { get; init; }

    /// <summary>Called when the stream has ended or was refused; may subscribe again.</summary>
    public Action<string> Ended { get; set; } = static _ => { };

    /// <summary>Roles whose offers are not wanted.</summary>
    public IReadOnlyList<string> SuppressedRoles { get; init; } = [];

    public void Subscribe() => _stream = HttpLink.Connect(_reactor, this, _master, receiveBytes: Stalls ? StalledReceiveBytes : 0);

    /// <summary>Goes on to read after a stall, if only to see that the stream has been cut.</summary>
    public void Resume() => _stream?.Pause(false);

    /// <summary>Makes a call ready to be sent any number of times.</summary>
    public byte[] Prepare(Call call)
    {
        call.FrameworkId = _info.Id;
        return HttpText.Post(Path, call, _format, _streamHeader);
    }

    public void Send(byte[] prepared, long tag) => _lanes[_next++ % _lanes.Count].Send(prepared, tag);

    public void Call(Call call, long tag = 0) => Send(Prepare(call), tag);

    /// <summary>Always the same lane for the same key, so that such calls keep their order.</summary>
    public void Call(Call call, int key, long tag) => _lanes[(key & int.MaxValue) % _lanes.Count].Send(Prepare(call), tag);

    public void Close()
    {
        _stream?.Close();
        _stream = null;
        Subscribed = false;
        _lanes.ForEach(lane => lane.Reset());
    }

    void IHttpLinkUser.Opened(HttpLink link)
    {
        var call = new Call { Type = Mesos.V1.Scheduler.Call.Types.Type.Subscribe,
            Subscribe = new Call.Types.Subscribe { FrameworkInfo = _info } };
        call.Subscribe.SuppressedRoles.Add(SuppressedRoles);
        call.FrameworkId = _info.Id;
        _records = new RecordIoDecoder();
        link.Send(HttpText.Post(Path, call, _format));
    }

    void IHttpLinkUser.Head(HttpLink link, ReadOnlySpan<byte> head)
    {
        if (link.Status == 200)
        {
            _streamHeader = $"Mesos-Stream-Id: {Encoding.ASCII.GetString(AnswerParser.Header(head, "Mesos-Stream-Id"u8))}\r\n";
        }
    }

    void IHttpLinkUser.Body(HttpLink link, ReadOnlySpan<byte> bytes)
    {
        if (link.Status != 200)
        {
            return;
        }
        _records.Append(bytes);
        while (_records.TryRead(out var record))
        {
            var happened = MessageCodec.Read<Event>(record.Span, _format).TryGet(out var read, out var error)
                ? read
                : throw new InvalidOperationException("An event could not be read: " + error.Detail);
            if (happened.Type == Event.Types.Type.Subscribed)
            {
                _info.Id = happened.Subscribed.FrameworkId;
                Subscribed = true;
                link.Pause(Stalls);
            }
            _happened(happened);
        }
    }

    void IHttpLinkUser.Answered(HttpLink link)
    {
        var status = link.Status;
        link.Close();
        End($"SUBSCRIBE ended with {status}");
    }

    void IHttpLinkUser.Closed(HttpLink link, string reason)
    {
        if (link == _stream)
        {
            End(reason);
        }
    }

    private void End(string reason)
    {
        Subscribed = false;
        _stream = null;
        Ended(reason);
    }
}
