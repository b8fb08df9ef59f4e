using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using Google.Protobuf;
using Mesos.V1;
using Offerbook.Bench.Sockets;

namespace Offerbook.Bench.SimulatedAgents;

/// <summary>
/// Tens of thousands of agents on one thread, over real sockets. They come in a bounded crowd, and come back when their streams
/// break: all of them, as after a failover of the master. Nobody is given up.
/// </summary>
internal sealed class Fleet
{
    /// <summary>Between two attempts while the master is away.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly TextWriter _log;
    private readonly List<SimulatedAgent> _agents = [];
    private readonly Queue<SimulatedAgent> _away = new();
    private readonly List<CallLane<SimulatedAgent>> _lanes = [];
    private readonly List<double> _times = [];
    private readonly Dictionary<string, FrameworkInfo> _frameworks = [];
    private readonly byte[] _uuid = new byte[16];
    private long _updates;
    private long _began;
    private int _coming;
    private int _crowd;
    private int _registered;
    private bool _pausing;
    private int _master;

    public Fleet(FleetOptions options, Reactor reactor, TextWriter log)
    {
        Options = options;
        Reactor = reactor;
        Reports = new AgentReports(options);
        _log = log;
        _crowd = options.Concurrency;
        for (var i = 0; i < options.Lanes; i++)
        {
            _lanes.Add(new CallLane<SimulatedAgent>(reactor, () => Master, CallFailed));
        }
        for (var i = 0; i < options.Agents; i++)
        {
            _agents.Add(new SimulatedAgent(this, i, $"simulated-agent-{i:d6}", TasksOf(i)));
            _away.Enqueue(_agents[i]);
        }
    }

    public FleetOptions Options { get; }

    /// <summary>That took the last agent, or is tried next.</summary>
    public IPEndPoint Master => Options.Masters[_master];

    public Reactor Reactor { get; }

    public AgentReports Reports { get; }

    public FleetCounters Counters { get; } = new();

    public IPAddress SourceOf(SimulatedAgent agent) => new([127, 0, 0, (byte)(2 + agent.Number / FleetOptions.AgentsPerAddress)]);

    public void Call(SimulatedAgent agent, byte[] request) => _lanes[agent.Number % _lanes.Count].Send(request, agent);

    public void Learn(FrameworkInfo framework) => _frameworks[framework.Id.Value] = framework;

    public FrameworkInfo FrameworkInfo(string id) =>
        _frameworks.TryGetValue(id, out var info) ? info : _frameworks[id] = AgentReports.DescribeFramework(id);

    /// <summary>Never given before in this process; the first half tells fleets apart.</summary>
    public ByteString NextUuid()
    {
        BinaryPrimitives.WriteInt64BigEndian(_uuid, System.Environment.ProcessId);
        BinaryPrimitives.WriteInt64BigEndian(_uuid.AsSpan(8), ++_updates);
        return ByteString.CopyFrom(_uuid);
    }

    /// <summary>Lets as many come as may at the same time.</summary>
    public void Come()
    {
        if (_began == 0 && _away.Count > 0)
        {
            _began = Stopwatch.GetTimestamp();
        }
        while (!_pausing && _coming < _crowd && _away.TryDequeue(out var agent))
        {
            _coming++;
            agent.Subscribe();
        }
    }

    /// <summary>Breaks every stream at once; all come back.</summary>
    public void Break()
    {
        foreach (var agent in _agents.Where(agent => agent.Registered))
        {
            agent.Break();
            _registered--;
            _away.Enqueue(agent);
        }
        Come();
    }

    public void Subscribed(SimulatedAgent agent, TimeSpan took)
    {
        _times.Add(took.TotalMilliseconds);
        _coming--;
        _crowd = Options.Concurrency;
        if (++_registered == _agents.Count)
        {
            Complete();
        }
        Come();
    }

    public void Lost(SimulatedAgent agent, bool wasRegistered, string reason)
    {
        if (wasRegistered)
        {
            if (_registered-- == _agents.Count)
            {
                _log.WriteLine("fleet broken");
            }
        }
        else
        {
            _coming--;
            // While the master is away, one agent looks for it and the others wait.
            _crowd = 1;
            if (_registered == 0)
            {
                _master = (_master + 1) % Options.Masters.Count;
            }
            Counters.Refused++;
            if (Counters.Refused % 10_000 == 1)
            {
                _log.WriteLine($"fleet refused {reason}");
            }
        }
        _away.Enqueue(agent);
        if (!_pausing)
        {
            _pausing = true;
            Reactor.After(Pause, () =>
            {
                _pausing = false;
                Come();
            });
        }
    }

    public void PrintCounters() => _log.WriteLine($"fleet counters {Counters}");

    private void Complete()
    {
        _times.Sort();
        double At(double percentile) => _times[Math.Min(_times.Count - 1, (int)(percentile * _times.Count))];
        var seconds = Stopwatch.GetElapsedTime(_began).TotalSeconds;
        _log.WriteLine(FormattableString.Invariant(
            $"fleet complete {_agents.Count} {seconds:0.000} {At(0.5):0.0} {At(0.99):0.0} {_times[^1]:0.0}"));
        _times.Clear();
        _began = 0;
    }

    private void CallFailed(SimulatedAgent agent, int status, string text)
    {
        Counters.FailedCalls++;
        if (Counters.FailedCalls % 1000 == 1)
        {
            _log.WriteLine($"fleet call failed {status} {text}");
        }
    }

    private IEnumerable<SimulatedTask> TasksOf(int agent) => SimulatedTask.Of(agent, Options.Tasks, Options.Frameworks);
}

internal sealed class FleetCounters
{
    public long Events { get; set; }

    public long Pings { get; set; }

    public long Launches { get; set; }

    public long Updates { get; set; }

    public long Acknowledgements { get; set; }

    public long Refused { get; set; }

    public long FailedCalls { get; set; }

    public override string ToString() =>
        $"events {Events} pings {Pings} launches {Launches} updates {Updates} acknowledgements {Acknowledgements} "
        + $"refused {Refused} failed {FailedCalls}";
}
