using System.Diagnostics;
using System.Net;
using Offerbook.Actors;
using Offerbook.Bench.Load;
using Offerbook.Bench.SimulatedAgents;
using Offerbook.Master;
using Offerbook.Storage;
using Offerbook.Wire;
using Offerbook.Wire.Identity;
using AgentCall = Offerbook.Wire.AgentProtocol.Call;

namespace Offerbook.Bench.Memory;

/// <summary>A core that is told, message by message, what a master hears from its agents. What it wants done is dropped.</summary>
internal sealed class RegisteringCore
{
    /// <summary>What <c>/why</c> asks for in one turn.</summary>
    private const int AgentsPerTurn = 250;

    private readonly MasterCore _core = new(MasterSettings.Default, new SeededRandom(1));
    private readonly Effects _effects = new();
    private readonly Now _now = new(TimeSpan.FromHours(1), new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private long _connections;

    public RegisteringCore()
    {
        _core.Recover(new Recovery(null, [], 0), _now, _effects);
        _effects.Clear();
    }

    public TimeSpan Parsing { get; private set; }

    public TimeSpan Turns { get; private set; }

    public TimeSpan LongestTurn { get; private set; }

    /// <summary>What parsing has allocated, what is kept and what is not.</summary>
    public long ParsedBytes { get; private set; }

    /// <summary>The same of the turns.</summary>
    public long TurnBytes { get; private set; }

    public void Fill(int agents, int tasks, int frameworks, CancellationToken cancellation)
    {
        var options = new FleetOptions(new IPEndPoint(IPAddress.Loopback, 5050), agents, tasks, frameworks, 1, TimeSpan.Zero, 1,
            "cpus:16;mem:65536;disk:1000000;ports:31000-32000");
        var reports = new AgentReports(options);
        for (var i = 0; i < agents; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var bytes = MessageCodec.ToBytes(reports.Subscribe(i, $"simulated-agent-{i:d6}", SimulatedTask.Of(i, tasks, frameworks),
                AgentReports.DescribeFramework), MessageFormat.Protobuf);
            // Through bytes, so that agents share no more objects than they do over the wire.
            var (began, allocated) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
            if (!MessageCodec.Read<AgentCall>(bytes, MessageFormat.Protobuf).TryGet(out var call, out var error))
            {
                throw new InvalidOperationException(error.Describe("SUBSCRIBE"));
            }
            Parsing += Stopwatch.GetElapsedTime(began);
            var parsed = GC.GetAllocatedBytesForCurrentThread();
            ParsedBytes += parsed - allocated;
            var turn = Time(new MasterMessage.AgentCallReceived(NextConnection(), call, null, "127.0.0.2"));
            Turns += turn;
            TurnBytes += GC.GetAllocatedBytesForCurrentThread() - parsed;
            LongestTurn = turn > LongestTurn ? turn : LongestTurn;
        }
    }

    /// <summary>Asks as the HTTP side does, one page a turn.</summary>
    /// <returns>How long each turn took.</returns>
    public Latencies AskWhy(FrameworkId framework)
    {
        var times = new Latencies();
        for (int? from = 0; from is { } next;)
        {
            var began = Stopwatch.GetTimestamp();
            _core.Handle(new MasterMessage.WhyAsked(NextConnection(), framework, "services", next, AgentsPerTurn), _now, _effects);
            times.Add(Stopwatch.GetElapsedTime(began));
            from = Enumerable.Range(0, _effects.Count).Select(i => _effects[i]).OfType<MasterEffect.WhyAnswered>().Single().Page.Next;
            _effects.Clear();
        }
        return times;
    }

    private TimeSpan Time(MasterMessage message)
    {
        var began = Stopwatch.GetTimestamp();
        _core.Handle(message, _now, _effects);
        var took = Stopwatch.GetElapsedTime(began);
        _effects.Clear();
        return took;
    }

    private ConnectionId NextConnection() => new(++_connections);
}
