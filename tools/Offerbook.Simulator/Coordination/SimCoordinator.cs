using Offerbook.Actors;
using Offerbook.Coordination.Sessions;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Network;

namespace Offerbook.Simulator.Coordination;

/// <summary>
/// A coordination service as its clients meet it: sessions that expire when nothing was heard of them for their time-out, ephemeral
/// nodes that go with their session, sequence numbers that only grow, watches that fire once. A broken connection ends no session.
/// The whole ensemble is one machine here: either it can be reached from somewhere or not. While it is down no session expires, and
/// when it is back each has its full time-out again.
/// </summary>
public sealed class SimCoordinator
{
    public const string HostName = "zookeeper";

    private readonly SimWorld _world;
    private readonly SimNetwork _network;
    private readonly SeededRandom _chance;
    private readonly CoordinatorTree _tree = new();
    private readonly SortedDictionary<long, CoordinatorSession> _sessions = [];
    private readonly CoordinatorRequests _requests;
    private readonly List<CoordinatorConnection> _connections = [];
    private long _lastSession;

    public SimCoordinator(SimWorld world, SimNetwork network, TimeSpan timeout)
    {
        (_world, _network, Timeout) = (world, network, timeout);
        _chance = world.Seeds.For("coordination service");
        _requests = new CoordinatorRequests(_tree, _sessions.Values, _chance);
        network.AddHost(HostName);
    }

    /// <summary>What every session is granted.</summary>
    public TimeSpan Timeout { get; }

    public bool IsDown { get; private set; }

    /// <summary>Chance that a request is carried out and its connection breaks before the answer.</summary>
    public double LostAnswerRate { get; set; }

    /// <summary>A defect, for mutation tests: sessions never expire.</summary>
    public bool KeepsSessions { get; set; }

    /// <summary>How often a session has expired.</summary>
    public int Expired { get; private set; }

    internal SimNetwork Network => _network;

    internal SimWorld World => _world;

    /// <summary>The whole ensemble stops.</summary>
    public void Stop()
    {
        if (IsDown)
        {
            return;
        }
        IsDown = true;
        _world.Note("the coordination service goes down");
        foreach (var connection in _connections.ToArray())
        {
            Break(connection);
        }
    }

    public void Start()
    {
        if (!IsDown)
        {
            return;
        }
        IsDown = false;
        _world.Note("the coordination service is up");
        foreach (var session in _sessions.Values)
        {
            Hear(session);
        }
    }

    /// <summary>Breaks the connections of a machine; its sessions live on.</summary>
    public void Disconnect(string host)
    {
        foreach (var connection in _connections.Where(item => item.Client == host).ToArray())
        {
            Break(connection);
        }
    }

    /// <summary>
    /// Ends the sessions of a machine early. Their connections break first, and they end when the client knows that: no service lets a
    /// session expire whose client believes in its connection.
    /// </summary>
    public void Expire(string host)
    {
        foreach (var session in _sessions.Values.Where(item => item.Host == host && !item.IsDoomed).ToArray())
        {
            _world.Note($"{HostName}: the session of {host} is doomed");
            session.IsDoomed = true;
            if (session.Connection is { } connection)
            {
                Break(connection);
                connection.ToClient(() => EndDoomed(session));
            }
            else
            {
                EndDoomed(session);
            }
        }
    }

    private void EndDoomed(CoordinatorSession session)
    {
        if (_sessions.ContainsKey(session.Id))
        {
            Expired++;
            End(session, "is made to expire");
        }
    }

    // For checks, which may see what no client can.

    public bool Exists(string path) => _tree.Find(path) is not null;

    /// <summary>The lowest of the candidates' nodes below a path; null when there is none.</summary>
    public string? FirstOf(string path) => _tree.Ephemerals(path).Min(StringComparer.Ordinal);

    public int CountOf(string path) => _tree.Ephemerals(path).Count();

    /// <summary>Whether a node is there and its session neither over nor doomed.</summary>
    public bool IsAlive(string path) =>
        _tree.Find(path) is { } node && _sessions.TryGetValue(node.Owner, out var session) && !session.IsDoomed;

    /// <summary>The session that a candidate's node was made in, even if it is gone; null when there never was one.</summary>
    public long? MadeIn(string path) => _tree.MadeIn(path);

    /// <summary>Two nodes of one session in one election; null when there are none.</summary>
    public string? Twice() => _tree.Twice();

    internal CoordinatorConnection Open(string host)
    {
        var connection = new CoordinatorConnection(_network, host);
        _connections.Add(connection);
        return connection;
    }

    /// <summary>The client gives a connection up. The service hears of it later, if it is not cut off.</summary>
    internal void Abandon(CoordinatorConnection connection)
    {
        connection.ClientOpen = false;
        connection.ToServer(() => CloseServerEnd(connection));
    }

    /// <summary>A client asks for a session: a new one (0), or its own again.</summary>
    /// <param name="answer">Called at the client: the session, or null when it is over.</param>
    internal void Attach(CoordinatorConnection connection, long id, Action<long?> answer)
    {
        if (IsDown)
        {
            Break(connection);
            return;
        }
        CoordinatorSession? session;
        if (id == 0)
        {
            session = new CoordinatorSession(++_lastSession, connection.Client, Timeout);
            _sessions.Add(session.Id, session);
        }
        else if (!_sessions.TryGetValue(id, out session) || session.IsDoomed)
        {
            if (session is not null)
            {
                EndDoomed(session);
            }
            connection.ToClient(() => answer(null));
            return;
        }
        if (session.Connection is { } older && older != connection)
        {
            CloseServerEnd(older);
        }
        session.Connection = connection;
        Hear(session);
        connection.ToClient(() => answer(session.Id));
        foreach (var path in session.Untold)
        {
            CoordinatorRequests.Fire(session, path);
        }
        session.Untold.Clear();
    }

    internal void Ping(CoordinatorConnection connection, Action pong)
    {
        if (Find(connection) is { } session)
        {
            Hear(session);
            connection.ToClient(pong);
        }
    }

    internal void CloseSession(CoordinatorConnection connection)
    {
        if (Find(connection) is { } session)
        {
            End(session, "is closed");
        }
    }

    internal void Handle(CoordinatorConnection connection, ServiceCall call, Action<Answer> answered)
    {
        if (Find(connection) is not { } session)
        {
            connection.ToClient(() => answered(new Answer.Refused(ServiceError.SessionOver)));
            return;
        }
        Hear(session);
        var answer = _requests.Carry(session, call);
        _world.Note($"{HostName} < {connection.Client} {CallText.Of(call)}: {CallText.Of(answer)}");
        if (LostAnswerRate > 0 && _chance.Chance(LostAnswerRate))
        {
            _world.Note($"{HostName} loses its connection to {connection.Client} before the answer");
            Break(connection);
            return;
        }
        connection.ToClient(() => answered(answer));
    }

    private CoordinatorSession? Find(CoordinatorConnection connection) =>
        _sessions.Values.FirstOrDefault(session => session.Connection == connection);

    private void Hear(CoordinatorSession session)
    {
        session.Heard = _world.Elapsed;
        _world.Schedule(session.Timeout, null, () => Judge(session));
    }

    private void Judge(CoordinatorSession session)
    {
        if (!IsDown && !KeepsSessions && _sessions.ContainsKey(session.Id) && _world.Elapsed >= session.Heard + session.Timeout)
        {
            Expired++;
            End(session, "expires");
        }
    }

    private void End(CoordinatorSession session, string how)
    {
        _world.Note($"{HostName}: the session of {session.Host} {how}");
        _sessions.Remove(session.Id);
        if (session.Connection is { } connection)
        {
            Break(connection);
        }
        foreach (var path in _tree.OwnedBy(session.Id))
        {
            _requests.Remove(path);
        }
    }

    /// <summary>The service's end is closed at once; the client hears of it when it can.</summary>
    private void Break(CoordinatorConnection connection)
    {
        CloseServerEnd(connection);
        connection.ToClient(() => connection.Broken?.Invoke());
    }

    private void CloseServerEnd(CoordinatorConnection connection)
    {
        connection.ServerOpen = false;
        _connections.Remove(connection);
        foreach (var session in _sessions.Values)
        {
            if (session.Connection == connection)
            {
                session.Connection = null;
            }
        }
    }
}
