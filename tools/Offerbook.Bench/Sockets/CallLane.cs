using System.Net;
using System.Text;

namespace Offerbook.Bench.Sockets;

/// <summary>
/// Calls one after the other on one connection that is kept open; those that come meanwhile wait. Answers without success and
/// broken connections go to <paramref name="failed"/>, with the call's tag.
/// </summary>
/// <param name="remote">Asked when a connection is made.</param>
/// <param name="answered">The tag of a call that succeeded; null when nobody wants to know.</param>
internal sealed class CallLane<TTag>(Reactor reactor, Func<IPEndPoint> remote, Action<TTag, int, string> failed,
    Action<TTag>? answered = null) : IHttpLinkUser
{
    public CallLane(Reactor reactor, IPEndPoint remote, Action<TTag, int, string> failed, Action<TTag>? answered = null)
        : this(reactor, () => remote, failed, answered)
    {
    }

    private readonly Queue<(byte[] Request, TTag Tag)> _waiting = new();
    private readonly StringBuilder _text = new();
    private HttpLink? _link;
    private bool _busy;

    public int Waiting => _waiting.Count;

    public void Send(byte[] request, TTag tag)
    {
        _waiting.Enqueue((request, tag));
        Next();
    }

    /// <summary>Forgets what waits and closes the connection.</summary>
    public void Reset()
    {
        _waiting.Clear();
        _link?.Close();
        _link = null;
        _busy = false;
    }

    void IHttpLinkUser.Opened(HttpLink link) => Next();

    void IHttpLinkUser.Head(HttpLink link, ReadOnlySpan<byte> head) => _text.Clear();

    void IHttpLinkUser.Body(HttpLink link, ReadOnlySpan<byte> bytes) => _text.Append(Encoding.UTF8.GetString(bytes));

    void IHttpLinkUser.Answered(HttpLink link)
    {
        var (_, tag) = _waiting.Dequeue();
        _busy = false;
        if (link.Status is >= 200 and < 300)
        {
            answered?.Invoke(tag);
        }
        else
        {
            failed(tag, link.Status, _text.ToString());
        }
        Next();
    }

    void IHttpLinkUser.Closed(HttpLink link, string reason)
    {
        if (link != _link)
        {
            return;
        }
        _link = null;
        _busy = false;
        // What waits would meet the same fate: each is told, and none is sent.
        for (var count = _waiting.Count; count > 0; count--)
        {
            failed(_waiting.Dequeue().Tag, 0, reason);
        }
    }

    private void Next()
    {
        if (_busy || _waiting.Count == 0)
        {
            return;
        }
        _link ??= HttpLink.Connect(reactor, this, remote());
        if (_link.IsOpen)
        {
            _busy = true;
            _link.Send(_waiting.Peek().Request);
        }
    }
}
