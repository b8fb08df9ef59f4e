using Offerbook.Actors;
using Offerbook.Coordination.Election;
using Offerbook.Coordination.Nodes;
using Offerbook.Coordination.Sessions;

namespace Offerbook.Coordination.Tests.Election;

/// <summary>
/// Some candidates and a detector against a simulated service, in virtual time, with whatever a seed makes go wrong: lost connections that
/// outlast the session or
/// do not, answers lost on their way (carried out or not), sessions that expire, programs that die and start again, nodes that an
/// operator removes. After every event the invariants are checked; then faults stop, and one must lead and all must know it.
/// </summary>
internal sealed class SimulatedElection
{
    private static readonly TimeSpan FaultsLast = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Convergence = TimeSpan.FromMinutes(2);

    private readonly SeededRandom _random;
    private readonly PriorityQueue<Action, (TimeSpan Due, long Age)> _events = new();
    private readonly SimulatedService _service = new();
    private readonly List<SimulatedClient> _clients = [];
    private readonly int _candidates;
    private readonly bool _hasOperators;
    private ulong _hash = 14695981039346656037;
    private long _age;

    public SimulatedElection(ulong seed)
    {
        _random = new SeededRandom(seed);
        _candidates = 1 + _random.Next(6);
        _hasOperators = _random.Chance(0.3);
        _service.Fired = (session, path) => _clients.Find(client => client.SessionId == session)?.Fire(path);
        for (var i = 0; i < _candidates; i++)
        {
            Add(i + 1);
        }
        _clients.Add(new SimulatedClient(this, _service, 0, new DetectorCore(Script.Parent, new MasterNodes(), _random.Fork())));
    }

    public TimeSpan Elapsed { get; private set; }

    /// <summary>How often somebody began to lead.</summary>
    public int Terms { get; set; }

    public SeededRandom Random => _random;

    /// <returns>A hash of all that happened.</returns>
    public ulong Run()
    {
        At(TimeSpan.Zero, Fault);
        RunUntil(FaultsLast);
        foreach (var client in _clients)
        {
            client.Heal();
        }
        RunUntil(FaultsLast + Convergence);
        CheckConverged();
        if (!_hasOperators)
        {
            CheckNotices();
        }
        return _hash;
    }

    public void At(TimeSpan after, Action act) => _events.Enqueue(act, (Elapsed + after, ++_age));

    public void Trace(string what)
    {
        foreach (var c in $"{Elapsed.Ticks} {what}\n")
        {
            _hash = (_hash ^ c) * 1099511628211;
        }
    }

    private void RunUntil(TimeSpan end)
    {
        while (_events.TryPeek(out _, out var order) && order.Due <= end)
        {
            var act = _events.Dequeue();
            Elapsed = order.Due;
            act();
            Check();
        }
        Elapsed = end;
    }

    private void Add(int host) => _clients.Add(new SimulatedClient(this, _service, host,
        new CandidateCore(
            new CandidateOptions(Script.Parent, new MasterNodes(), new Uri($"http://10.0.0.{host}:5050/"), Script.Content(host)),
            _random.Fork())));

    private void Fault()
    {
        if (Elapsed >= FaultsLast)
        {
            return;
        }
        var client = _clients[_random.Next(_clients.Count)];
        switch (_random.Next(9))
        {
            case 0 or 1 or 2:
                client.Disconnect(_random.NextDouble() * 2 * SimulatedClient.Timeout);
                break;
            case 3:
                client.Expire();
                break;
            case 4:
                client.Tell(new StepDown(_random.Next(1000)));
                break;
            case 5 when client.Host != 0:
                // Killed, or stopped in good order, and started again: the old session may live on for a while.
                if (_random.Chance(0.5))
                {
                    client.Tell(new Resign(1));
                }
                client.Die();
                _clients.Remove(client);
                Add(client.Host);
                break;
            case 6 when _hasOperators && _service.EphemeralNodes() is { Count: > 0 } nodes:
                _service.Remove(nodes[_random.Next(nodes.Count)]);
                break;
            case 7 when client.Host != 0:
                client.Publish(_random.Chance(0.2) ? null : TimeSpan.FromMilliseconds(1 + _random.Next(3)));
                break;
            case 8 when client.Host != 0:
                client.Tell(new AskLine(_random.Next(1000)));
                break;
        }
        At(TimeSpan.FromSeconds(20 * _random.NextDouble()), Fault);
    }

    private static bool IsNotice(string path) => path.Contains("/store-paths/", StringComparison.Ordinal);

    /// <summary>Everybody's word is there, newest and once, under the name of its node.</summary>
    private void CheckNotices()
    {
        foreach (var client in _clients.Where(static client => client.Host != 0))
        {
            var mine = _service.NodesOf(client.SessionId);
            var own = mine.Single(static path => !IsNotice(path));
            var expected = client.Published is { } commit
                ? $"{own.Replace("/mesos/", "/mesos/store-paths/", StringComparison.Ordinal)} {{\"store_ms\":{commit.TotalMilliseconds}}}"
                : "";
            var found = string.Join(", ", mine.Where(IsNotice).Select(path => $"{path} {_service.TextOf(path)}"));
            if (found != expected)
            {
                throw new InvalidOperationException($"Candidate {client.Host} says '{found}' of its store instead of '{expected}'.");
            }
        }
    }

    private void Check()
    {
        var leaders = 0;
        foreach (var client in _clients)
        {
            var isLive = client.SessionId != 0 && _service.IsLive(client.SessionId);
            var nodes = isLive ? _service.NodesOf(client.SessionId).FindAll(static path => !IsNotice(path)) : [];
            if (nodes.Count > 1)
            {
                throw new InvalidOperationException($"At {Elapsed} candidate {client.Host} has {nodes.Count} nodes.");
            }
            // An operator who removes a leader's node makes another lead before the first can have heard of it.
            leaders += client.Standing is Standing.Leads && isLive && (!_hasOperators || nodes.Count == 1) ? 1 : 0;
        }
        if (leaders > 1)
        {
            throw new InvalidOperationException($"At {Elapsed} {leaders} candidates lead, each with a session that is alive.");
        }
    }

    private void CheckConverged()
    {
        var leads = _clients.Select(static client => client.Standing).OfType<Standing.Leads>().ToList();
        if (leads.Count != 1 || leads[0].IsSuspended)
        {
            throw new InvalidOperationException(
                $"{leads.Count} of {_candidates} candidates lead at the end: {string.Join("; ", _clients.Select(static client => client.Standing))}");
        }
        foreach (var client in _clients)
        {
            var known = client.Host == 0 ? client.Leader : client.Standing is Standing.Follows follows ? follows.Leader : leads[0].Self;
            if (known != leads[0].Self)
            {
                throw new InvalidOperationException($"Client {client.Host} believes that {known} leads, and not {leads[0].Self}.");
            }
        }
        if (_service.EphemeralNodes().Count(static path => !IsNotice(path)) != _candidates)
        {
            throw new InvalidOperationException($"{_candidates} candidates have the nodes {string.Join(", ", _service.EphemeralNodes())}.");
        }
    }
}
