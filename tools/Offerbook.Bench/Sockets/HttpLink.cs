using System.Net;

namespace Offerbook.Bench.Sockets;

/// <summary>Who uses a link. Called on the reactor's thread; spans are good for the call only.</summary>
internal interface IHttpLinkUser
{
    void Opened(HttpLink link);

    /// <summary>
    /// The head of an answer: what came is in <see cref="HttpLink.Status"/>, and headers can be asked for while this runs.
    /// </summary>
    void Head(HttpLink link, ReadOnlySpan<byte> head);

    /// <summary>A piece of an answer's body, without what frames it.</summary>
    void Body(HttpLink link, ReadOnlySpan<byte> bytes);

    /// <summary>The answer is whole; the next request may go.</summary>
    void Answered(HttpLink link);

    /// <summary>The connection is no more, or never came to be. Not called after <see cref="HttpLink.Close"/>.</summary>
    void Closed(HttpLink link, string reason);
}

/// <summary>
/// One HTTP/1.1 connection of a client, as small as can be: bytes out, and what comes back taken apart by <see cref="AnswerParser"/>.
/// Keeps bytes only while the kernel does not take them, or while a line of an answer is incomplete.
/// </summary>
internal sealed class HttpLink
{
    private readonly Reactor _reactor;
    private readonly IHttpLinkUser _user;
    private readonly AnswerParser _parser = new();
    private int _handle = -1;
    private bool _connected;
    private bool _paused;
    private byte[]? _unsent;
    private int _sent;

    private HttpLink(Reactor reactor, IHttpLinkUser user)
    {
        _reactor = reactor;
        _user = user;
    }

    public bool IsOpen => _handle >= 0 && _connected;

    public int Status => _parser.Status;

    /// <summary>Begins to connect; <see cref="IHttpLinkUser.Opened"/> or <see cref="IHttpLinkUser.Closed"/> follows, later.</summary>
    public static HttpLink Connect(Reactor reactor, IHttpLinkUser user, IPEndPoint remote, IPAddress? source = null, int receiveBytes = 0)
    {
        var link = new HttpLink(reactor, user);
        var handle = Libc.Connect(remote, source, receiveBytes);
        if (handle < 0)
        {
            var error = -handle;
            reactor.After(TimeSpan.Zero, () => user.Closed(link, $"no connection: error {error}"));
            return link;
        }
        link._handle = handle;
        reactor.Add(handle, link);
        return link;
    }

    /// <summary>Sends bytes after those sent before. The array must not change until they have left.</summary>
    public void Send(byte[] bytes)
    {
        if (_handle < 0)
        {
            return;
        }
        if (_unsent is not null)
        {
            _unsent = [.. _unsent.AsSpan(_sent), .. bytes];
            _sent = 0;
            return;
        }
        var sent = Libc.Send(_handle, bytes);
        if (sent < -1)
        {
            Fail(-1 - sent);
        }
        else if (sent < bytes.Length)
        {
            _unsent = bytes;
            _sent = Math.Max(sent, 0);
            Watch();
        }
    }

    /// <summary>Stops reading, as a reader that hangs would, or goes on.</summary>
    public void Pause(bool paused)
    {
        _paused = paused;
        Watch();
    }

    public void Close()
    {
        if (_handle >= 0)
        {
            _reactor.Remove(_handle);
            _handle = -1;
        }
    }

    internal void Ready(uint events)
    {
        if (!_connected)
        {
            var error = Libc.ConnectError(_handle);
            if (error != 0)
            {
                Fail(error);
                return;
            }
            _connected = true;
            Watch();
            _user.Opened(this);
            return;
        }
        if ((events & Libc.Writable) != 0 && _unsent is not null)
        {
            Flush();
        }
        if (_handle >= 0 && (events & (Libc.Readable | Libc.Failed)) != 0 && (!_paused || (events & Libc.Failed) != 0))
        {
            Read();
        }
    }

    private void Read()
    {
        // Once a turn: the kernel names the link again when there is more.
        var read = Libc.Receive(_handle, _reactor.Buffer);
        if (read > 0)
        {
            if (_parser.Take(_reactor.Buffer.AsSpan(0, read), this, _user) is { } fault)
            {
                Close();
                _user.Closed(this, fault);
            }
        }
        else if (read == 0)
        {
            Close();
            _user.Closed(this, "the server closed the connection");
        }
        else if (read < -1)
        {
            Fail(-1 - read);
        }
    }

    private void Flush()
    {
        var sent = Libc.Send(_handle, _unsent.AsSpan(_sent));
        if (sent < -1)
        {
            Fail(-1 - sent);
            return;
        }
        _sent += Math.Max(sent, 0);
        if (_sent == _unsent!.Length)
        {
            _unsent = null;
            _sent = 0;
            Watch();
        }
    }

    private void Watch()
    {
        if (_handle >= 0)
        {
            _reactor.Want(_handle, (_paused ? 0 : Libc.Readable) | (_unsent is null ? 0 : Libc.Writable));
        }
    }

    private void Fail(int error)
    {
        Close();
        _user.Closed(this, $"error {error}");
    }
}
