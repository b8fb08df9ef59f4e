using System.Threading.Channels;
using Offerbook.Actors;
using Offerbook.Coordination.Hosting.ZooKeeper.Native;
using Offerbook.Coordination.Sessions;

namespace Offerbook.Coordination.Hosting.ZooKeeper;

/// <summary>
/// Carries a core's calls to ZooKeeper, in order, on a task of its own: opening a session asks the name service, and must not hold up the
/// core's effects.
/// Closing waits for the client's threads and for the server, and so happens beside.
/// </summary>
internal sealed class ServiceLink : IAsyncDisposable
{
    /// <summary>A core has one request under way and a session to close and to open; what is more is a bug.</summary>
    private const int Capacity = 256;

    private readonly ZooKeeperUri _uri;
    private readonly TimeSpan _timeout;
    private readonly Action<ServiceMessage> _tell;
    private readonly Channel<ServiceCall> _calls =
        Channel.CreateBounded<ServiceCall>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly Task _running;
    private NativeSession? _session;
    private Task _closing = Task.CompletedTask;

    /// <param name="timeout">What to ask the service for; it grants between 2 and 20 of its ticks.</param>
    /// <param name="tell">Called by ZooKeeper's threads, and must not block.</param>
    public ServiceLink(ZooKeeperUri uri, TimeSpan timeout, Action<ServiceMessage> tell)
    {
        (_uri, _timeout, _tell) = (uri, timeout, tell);
        _running = Task.Run(RunAsync);
    }

    public void Carry(ServiceCall call) => Invariant.Check(_calls.Writer.TryWrite(call), "a core has few calls under way");

    /// <summary>Closes the session, if one is open, and waits until it is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        _calls.Writer.TryComplete();
        await _running;
        Close();
        await _closing;
    }

    private async Task RunAsync()
    {
        await foreach (var call in _calls.Reader.ReadAllAsync())
        {
            switch (call)
            {
                case ServiceCall.Open open:
                    Close();
                    _session = NativeSession.Open(open.Session, _uri, _timeout, _tell, out var failure);
                    if (failure is not null)
                    {
                        _tell(new ServiceMessage.OpenFailed(open.Session, failure));
                    }
                    break;
                case ServiceCall.Close close when _session?.Number == close.Session:
                    Close();
                    break;
                case not ServiceCall.Close when _session?.Number == call.Session:
                    _session.Carry(call);
                    break;
            }
        }
    }

    private void Close()
    {
        if (_session is { } session)
        {
            _session = null;
            _closing = Task.WhenAll(_closing, Task.Run(session.Dispose));
        }
    }
}
