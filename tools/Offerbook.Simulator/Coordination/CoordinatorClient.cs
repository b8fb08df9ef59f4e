using Offerbook.Coordination.Sessions;
using Offerbook.Simulator.Nodes;

namespace Offerbook.Simulator.Coordination;

/// <summary>
/// The client library of the coordination service in one process, as the official C client behaves: it pings, calls a connection lost
/// after two thirds of the time-out without a word, reconnects by itself, and learns that its session has expired only from the
/// service. Nothing in it moves while its process stands still.
/// </summary>
/// <param name="tell">Takes what the service says.</param>
public sealed class CoordinatorClient(SimCoordinator service, SimProcess process, string host, Action<ServiceMessage> tell)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    private readonly SortedDictionary<int, ServiceCall> _unanswered = [];
    private readonly Queue<Action> _heldByPause = new();
    private CoordinatorConnection? _connection;
    private int _session;
    private long _id;
    private bool _isOpen;
    private bool _isConnected;
    private TimeSpan _heard;
    private TimeSpan _pinged;
    private int _life;

    /// <summary>A defect, for mutation tests: a lost connection is told as an expired session.</summary>
    public bool MistakesLossForExpiry { get; set; }

    /// <summary>A defect, for mutation tests: the end of the session is not told.</summary>
    public bool HidesExpiry { get; set; }

    private TimeSpan Now => service.World.Elapsed;

    public void Perform(ServiceCall call)
    {
        switch (call)
        {
            case ServiceCall.Open open:
                _session = open.Session;
                (_id, _isOpen) = (0, true);
                Connect();
                Look(++_life);
                break;
            case ServiceCall.Close close when close.Session == _session:
                Close();
                break;
            case ServiceCall.Close:
                break;
            default:
                Send(call);
                break;
        }
    }

    /// <summary>The process has died: its sessions end by their time-out.</summary>
    public void Die()
    {
        _life++;
        _isOpen = false;
        _unanswered.Clear();
        _heldByPause.Clear();
        if (_connection is { } connection)
        {
            _connection = null;
            service.Abandon(connection);
        }
    }

    private void Close()
    {
        if (_isConnected && _connection is { } connection)
        {
            connection.ToServer(() => service.CloseSession(connection));
        }
        Die();
    }

    private void Send(ServiceCall call)
    {
        var request = RequestOf(call);
        if (call.Session != _session || !_isOpen)
        {
            return;
        }
        if (!_isConnected)
        {
            // Told later: a core never hears an answer in the turn that asks.
            var life = _life;
            service.World.Schedule(TimeSpan.Zero, null, () =>
            {
                if (life == _life)
                {
                    Run(() => tell(new ServiceMessage.Answered(call.Session, request, new Answer.Refused(ServiceError.ConnectionLost))));
                }
            });
            return;
        }
        _unanswered.Add(request, call);
        var connection = _connection!;
        connection.ToServer(() => service.Handle(connection, call, answer => Hear(connection, () =>
        {
            if (_unanswered.Remove(request))
            {
                tell(new ServiceMessage.Answered(call.Session, request, answer));
            }
        })));
    }

    private static int RequestOf(ServiceCall call) => call switch
    {
        ServiceCall.Create create => create.Request,
        ServiceCall.Delete delete => delete.Request,
        ServiceCall.List list => list.Request,
        ServiceCall.Read read => read.Request,
        _ => throw new ArgumentException(call.GetType().Name + " is not a request", nameof(call)),
    };

    private void Connect()
    {
        var connection = service.Open(host);
        _connection = connection;
        (_heard, _pinged) = (Now, Now);
        connection.Broken = () => Hear(connection, () => Lose("closed by the service"));
        connection.Fired = path => Hear(connection, () => tell(new ServiceMessage.WatchFired(_session, path)));
        connection.ToServer(() => service.Attach(connection, _id, id => Hear(connection, () => Attached(id))));
    }

    private void Attached(long? id)
    {
        if (id is null)
        {
            _connection = null;
            _isOpen = HidesExpiry;
            if (!HidesExpiry)
            {
                tell(new ServiceMessage.SessionExpired(_session));
            }
            return;
        }
        var isNew = _id == 0;
        (_id, _isConnected) = (id.Value, true);
        if (isNew)
        {
            tell(new ServiceMessage.SessionOpened(_session, _id, service.Timeout));
        }
        else
        {
            tell(new ServiceMessage.ConnectionRestored(_session));
        }
    }

    /// <summary>What comes over a connection; it waits while the process stands still.</summary>
    private void Hear(CoordinatorConnection connection, Action what) => Run(() =>
    {
        if (_connection == connection && connection.ClientOpen)
        {
            _heard = Now;
            what();
        }
    });

    private void Run(Action what)
    {
        if (process.IsPaused)
        {
            _heldByPause.Enqueue(what);
        }
        else if (process.IsUp)
        {
            what();
        }
    }

    /// <summary>The library's own loop.</summary>
    private void Look(int life) => service.World.Schedule(LookEvery, null, () =>
    {
        if (life != _life || !process.IsUp || !_isOpen)
        {
            return;
        }
        if (!process.IsPaused)
        {
            LookNow();
        }
        if (life == _life)
        {
            Look(life);
        }
    });

    private void LookNow()
    {
        // After a pause the clock is looked at before the sockets.
        var silence = service.Timeout * (2.0 / 3);
        if (_connection is null)
        {
            Connect();
        }
        else if (Now - _heard > silence)
        {
            service.Abandon(_connection);
            Lose("silent for too long");
        }
        else if (_isConnected && Now - _pinged >= service.Timeout / 3)
        {
            _pinged = Now;
            var connection = _connection;
            connection.ToServer(() => service.Ping(connection, () => Hear(connection, () => { })));
        }
        while (_heldByPause.TryDequeue(out var held))
        {
            held();
        }
    }

    private void Lose(string why)
    {
        _connection = null;
        var was = _isConnected;
        _isConnected = false;
        service.World.Note($"{host} has lost its connection to the coordination service: {why}");
        if (was)
        {
            if (MistakesLossForExpiry)
            {
                _isOpen = false;
                tell(new ServiceMessage.SessionExpired(_session));
                return;
            }
            tell(new ServiceMessage.ConnectionLost(_session));
        }
        foreach (var (request, _) in _unanswered.ToArray())
        {
            if (_unanswered.Remove(request))
            {
                tell(new ServiceMessage.Answered(_session, request, new Answer.Refused(ServiceError.ConnectionLost)));
            }
        }
    }
}
