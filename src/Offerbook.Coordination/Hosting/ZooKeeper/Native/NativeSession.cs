using System.Runtime.InteropServices;
using System.Text;
using Offerbook.Coordination.Sessions;

namespace Offerbook.Coordination.Hosting.ZooKeeper.Native;

/// <summary>
/// One session of the C client. Requests come from one thread, what it tells from the client's own; it may be closed by any.
/// </summary>
internal sealed unsafe class NativeSession : IDisposable
{
    private const int ResolutionDelayMs = 10_000;

    private readonly Action<ServiceMessage> _tell;
    private readonly bool _isGuarded;
    private readonly int _place;
    private ClientHandle? _client;
    private bool _isOpened;
    private bool _isConnected;

    private NativeSession(int number, bool isGuarded, Action<ServiceMessage> tell)
    {
        Number = number;
        _isGuarded = isGuarded;
        _tell = tell;
        _place = Callbacks.Add(this);
    }

    public int Number { get; }

    /// <summary>Asks the name service, hence may take seconds.</summary>
    /// <param name="failure">Why not even a try can be made; null when the result is not.</param>
    public static NativeSession? Open(int number, ZooKeeperUri uri, TimeSpan timeout, Action<ServiceMessage> tell, out string? failure)
    {
        var session = new NativeSession(number, uri.HasCredentials, tell);
        var client = NativeClient.Init(uri.ConnectString, &Callbacks.OnSession, (int)timeout.TotalMilliseconds, 0,
            Callbacks.Context(session._place, 0), 0);
        if (client == 0)
        {
            failure = $"{Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())} (do the names of the servers in {uri} resolve?)";
            Callbacks.Remove(session._place);
            return null;
        }
        failure = null;
        session._client = new ClientHandle(client);
        _ = NativeClient.SetResolutionDelay(session._client, ResolutionDelayMs);
        if (uri.HasCredentials)
        {
            var credentials = Encoding.UTF8.GetBytes(uri.Credentials);
            fixed (byte* start = credentials)
            {
                _ = NativeClient.AddAuth(session._client, "digest", start, credentials.Length, &Callbacks.OnAuthenticated, 0);
            }
        }
        return session;
    }

    public void Carry(ServiceCall call)
    {
        switch (call)
        {
            case ServiceCall.Create create:
                Create(create);
                break;
            case ServiceCall.Delete delete:
                Check(delete.Request, NativeClient.Delete(_client!, delete.Path, -1, &Callbacks.OnDeleted, Context(delete.Request)));
                break;
            case ServiceCall.List list:
                if (list.IsFresh)
                {
                    // Its own outcome says nothing that the list's does not.
                    _ = NativeClient.Sync(_client!, list.Path, &Callbacks.OnSynchronized, 0);
                }
                Check(list.Request,
                    NativeClient.List(_client!, list.Path, list.Watch ? &Callbacks.OnWatch : null, Context(0), &Callbacks.OnListed,
                        Context(list.Request)));
                break;
            case ServiceCall.Read read:
                Check(read.Request,
                    NativeClient.Read(_client!, read.Path, &Callbacks.OnWatch, Context(0), &Callbacks.OnRead, Context(read.Request)));
                break;
        }
    }

    public void Tell(ServiceMessage message) => _tell(message);

    public void Answer(int request, Answer answer) => _tell(new ServiceMessage.Answered(Number, request, answer));

    /// <summary>Called by the client's one thread for events, like <see cref="Disconnected"/>.</summary>
    public void Connected(long id, TimeSpan timeout)
    {
        if (_isConnected)
        {
            return;
        }
        _isConnected = true;
        _tell(_isOpened ? new ServiceMessage.ConnectionRestored(Number) : new ServiceMessage.SessionOpened(Number, id, timeout));
        _isOpened = true;
    }

    public void Disconnected()
    {
        if (_isConnected)
        {
            _isConnected = false;
            _tell(new ServiceMessage.ConnectionLost(Number));
        }
    }

    /// <summary>
    /// Tells nothing more from the start; then waits until the client's threads have ended. Never call it from one of them.
    /// </summary>
    public void Dispose()
    {
        Callbacks.Remove(_place);
        _client?.Dispose();
    }

    private void Create(ServiceCall.Create create)
    {
        var mode = create.Kind switch
        {
            NodeKind.Persistent => NativeClient.ModePersistent,
            NodeKind.Ephemeral => NativeClient.ModeEphemeral,
            _ => NativeClient.ModeEphemeralSequential,
        };
        var acl = _isGuarded ? AclVector.Guarded : AclVector.Open;
        // An empty span's pointer is null, which would mean no data at all to the client.
        var data = create.Data.IsEmpty ? stackalloc byte[1] : create.Data.Span;
        fixed (byte* start = data)
        {
            Check(create.Request,
                NativeClient.Create(_client!, create.Path, start, create.Data.Length, acl, mode, &Callbacks.OnCreated,
                    Context(create.Request)));
        }
    }

    private nint Context(int request) => Callbacks.Context(_place, request);

    /// <summary>What is refused at once gets no completion.</summary>
    private void Check(int request, int code)
    {
        if ((Code)code != Code.Ok)
        {
            Answer(request, Codes.Refusal(code));
        }
    }
}
