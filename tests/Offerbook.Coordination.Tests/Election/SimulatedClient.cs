using Offerbook.Actors;
using Offerbook.Coordination.Election;
using Offerbook.Coordination.Sessions;

namespace Offerbook.Coordination.Tests.Election;

/// <summary>One core, its timers, and the client library between it and the service: delays, and what gets lost.</summary>
internal sealed class SimulatedClient
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly SimulatedElection _world;
    private readonly SimulatedService _service;
    private readonly ICore<ElectionMessage> _core;
    private readonly TimerQueue<ElectionMessage> _timers = new();
    private readonly Effects _effects = new();
    private readonly List<ServiceCall> _underWay = [];
    private readonly HashSet<int> _carriedOut = [];
    private readonly List<string> _missed = [];
    private TimeSpan _lastDelivery;
    private TimeSpan _healsAt;
    private int _session;
    private int _connection;
    private bool _isConnected;
    private bool _isDead;

    public SimulatedClient(SimulatedElection world, SimulatedService service, int host, ICore<ElectionMessage> core)
    {
        (_world, _service, Host, _core) = (world, service, host, core);
        Tell(new Begin());
    }

    /// <summary>0 for the detector.</summary>
    public int Host { get; }

    public long SessionId { get; private set; }

    public Standing? Standing { get; private set; }

    public LeaderInfo? Leader { get; private set; }

    /// <summary>What it last said of its store.</summary>
    public TimeSpan? Published { get; private set; }

    public void Publish(TimeSpan? commit)
    {
        Published = commit;
        Tell(new PublishStore(commit));
    }

    public void Tell(ElectionMessage message)
    {
        if (_isDead)
        {
            return;
        }
        _world.Trace($"{Host} {message}");
        _effects.Clear();
        _core.Handle(message, Now, _effects);
        for (var i = 0; i < _effects.Count; i++)
        {
            Take(_effects[i]);
        }
        _effects.Clear();
        Alarm();
    }

    public void Disconnect(TimeSpan lasts)
    {
        _healsAt = _world.Elapsed + lasts;
        if (!_isConnected)
        {
            return;
        }
        Break();
        _world.At(lasts, Reconnect);
        var (session, connection) = (SessionId, _connection);
        _world.At(Timeout, () =>
        {
            if (_connection == connection)
            {
                _service.End(session);
            }
        });
    }

    /// <summary>The service ends the session, whatever the client does.</summary>
    public void Expire()
    {
        if (SessionId != 0)
        {
            _service.End(SessionId);
            Break();
            Reconnect();
        }
    }

    public void Heal()
    {
        _healsAt = _world.Elapsed;
        Reconnect();
    }

    public void Die()
    {
        _isDead = true;
        var session = SessionId;
        _world.At(Timeout, () => _service.End(session));
    }

    public void Fire(string path)
    {
        if (_isConnected)
        {
            Deliver(new ServiceMessage.WatchFired(_session, path));
        }
        else
        {
            _missed.Add(path);
        }
    }

    private Now Now => new(_world.Elapsed, DateTimeOffset.UnixEpoch + _world.Elapsed);

    private void Take(IEffect effect)
    {
        switch (effect)
        {
            case ServiceCall.Open open:
                _session = open.Session;
                var wait = _healsAt > _world.Elapsed ? _healsAt - _world.Elapsed : TimeSpan.Zero;
                _world.At(wait + Delay(), () => Connect(open.Session));
                break;
            case ServiceCall.Close close when close.Session == _session:
                Close();
                break;
            case ServiceCall.Close:
                break;
            case ServiceCall call:
                Send(call);
                break;
            case Announce announce:
                _world.Terms += announce.Standing is Standing.Leads && Standing is not Standing.Leads ? 1 : 0;
                Standing = announce.Standing;
                break;
            case AnnounceLeader announce:
                Leader = announce.Leader;
                break;
            case StartTimer timer:
                _timers.Start(timer.Key, _world.Elapsed + timer.After, (ElectionMessage)timer.Message);
                break;
            case CancelTimer timer:
                _timers.Cancel(timer.Key);
                break;
        }
    }

    private void Connect(int session)
    {
        if (session != _session || _isDead)
        {
            return;
        }
        if (_healsAt > _world.Elapsed)
        {
            _world.At(_healsAt - _world.Elapsed + Delay(), () => Connect(session));
            return;
        }
        SessionId = _service.Open();
        _isConnected = true;
        _connection++;
        Deliver(new ServiceMessage.SessionOpened(_session, SessionId, Timeout));
    }

    private void Reconnect()
    {
        if (_isConnected || SessionId == 0 || _isDead)
        {
            return;
        }
        if (_healsAt > _world.Elapsed)
        {
            _world.At(_healsAt - _world.Elapsed, Reconnect);
            return;
        }
        _connection++;
        if (!_service.IsLive(SessionId))
        {
            SessionId = 0;
            Deliver(new ServiceMessage.SessionExpired(_session));
            return;
        }
        _isConnected = true;
        Deliver(new ServiceMessage.ConnectionRestored(_session));
        foreach (var path in _missed)
        {
            Deliver(new ServiceMessage.WatchFired(_session, path));
        }
        _missed.Clear();
    }

    /// <summary>
    /// Requests under way are carried out or not; nobody is told which. Their answers come before the loss, after it, or not at all.
    /// </summary>
    private void Break()
    {
        if (!_isConnected)
        {
            return;
        }
        _isConnected = false;
        _connection++;
        var isTold = false;
        foreach (var call in _underWay)
        {
            if (!_carriedOut.Contains(RequestOf(call)) && _service.IsLive(SessionId) && _world.Random.Chance(0.5))
            {
                _ = _service.Do(SessionId, call);
            }
            if (_world.Random.Chance(0.3))
            {
                isTold = TellLoss(isTold);
            }
            if (_world.Random.Chance(0.8))
            {
                Deliver(new ServiceMessage.Answered(call.Session, RequestOf(call), new Answer.Refused(ServiceError.ConnectionLost)));
            }
        }
        _underWay.Clear();
        TellLoss(isTold);
    }

    private bool TellLoss(bool isTold)
    {
        if (!isTold)
        {
            Deliver(new ServiceMessage.ConnectionLost(_session));
        }
        return true;
    }

    private void Close()
    {
        if (SessionId != 0)
        {
            var session = SessionId;
            if (_isConnected)
            {
                _service.End(session);
            }
            else
            {
                _world.At(Timeout, () => _service.End(session));
            }
        }
        SessionId = 0;
        _isConnected = false;
        _connection++;
        _session = 0;
        _underWay.Clear();
        _missed.Clear();
    }

    private void Send(ServiceCall call)
    {
        if (!_isConnected)
        {
            Deliver(new ServiceMessage.Answered(call.Session, RequestOf(call), new Answer.Refused(ServiceError.ConnectionLost)));
            return;
        }
        _underWay.Add(call);
        var connection = _connection;
        _world.At(Delay(), () =>
        {
            if (connection != _connection)
            {
                return;
            }
            _carriedOut.Add(RequestOf(call));
            var answer = _world.Random.Chance(0.05) ? new Answer.Refused(ServiceError.Busy) : _service.Do(SessionId, call);
            // Until it is answered the connection may break, and the answer is lost though it was carried out.
            Deliver(() =>
            {
                if (connection == _connection && _underWay.Remove(call))
                {
                    Tell(new ServiceMessage.Answered(call.Session, RequestOf(call), answer));
                }
            });
        });
    }

    private void Deliver(ServiceMessage message) => Deliver(() => Tell(message));

    /// <summary>In the order of the calls, as by one connection.</summary>
    private void Deliver(Action tell)
    {
        var due = _world.Elapsed + Delay();
        _lastDelivery = due > _lastDelivery ? due : _lastDelivery;
        _world.At(_lastDelivery - _world.Elapsed, tell);
    }

    private void Alarm()
    {
        if (_timers.NextDue is { } due)
        {
            _world.At(due > _world.Elapsed ? due - _world.Elapsed : TimeSpan.Zero, () =>
            {
                while (_timers.TryTakeDue(_world.Elapsed, out var message))
                {
                    Tell(message);
                }
            });
        }
    }

    private TimeSpan Delay() => TimeSpan.FromMilliseconds(1 + _world.Random.Next(_world.Random.Chance(0.1) ? 2000 : 20));

    private static int RequestOf(ServiceCall call) => call switch
    {
        ServiceCall.Create create => create.Request,
        ServiceCall.Delete delete => delete.Request,
        ServiceCall.List list => list.Request,
        ServiceCall.Read read => read.Request,
        _ => throw new ArgumentException($"{call} is not answered."),
    };
}
