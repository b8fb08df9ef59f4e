using System.Diagnostics;
using System.Net;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Bench.Sockets;
using Offerbook.Wire;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Bench.Load;

/// <summary>
/// Asks a busy master something small at a fixed rate and notes how long each answer takes, from the moment at which the question was
/// due (an open loop: a stall counts for every question that it held up). A scheduler's call goes through the core, /health does not.
/// </summary>
internal sealed class Prober : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// Callers of each kind, who wait for nobody but themselves: at 200 calls a second an answer may take 0.3 s before a question waits
    /// in here. With 8 of them it was 40 ms, and what is told grew with every question.
    /// </summary>
    private const int Lanes = 64;

    private readonly Reactor _reactor = new();
    private readonly SchedulerLink _scheduler;
    private readonly CallLane<long>[] _health;
    private int _nextHealth;
    private readonly byte[] _getHealth = HttpText.Get("/health");
    private readonly TaskCompletionSource _subscribed = new();
    private byte[] _reconcile = [];
    private long _due;
    private bool _measuring;
    private bool _ticking;

    public Prober(IPEndPoint master)
    {
        var info = new FrameworkInfo { User = "root", Name = "prober", Roles = { "prober" }, FailoverTimeout = 3600,
            Capabilities = { new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.MultiRole } } };
        _scheduler = new SchedulerLink(_reactor, master, MessageFormat.Protobuf, info, Lanes, Happened, tag => Note(Calls, tag),
            (_, _, _) => Failed++)
        {
            SuppressedRoles = ["prober"],
            Ended = _ => _reactor.After(TimeSpan.FromMilliseconds(20), () => _scheduler!.Subscribe()),
        };
        _health = [.. Enumerable.Range(0,
            Lanes).Select(_ => new CallLane<long>(_reactor, master, (_, _, _) => Failed++, tag => Note(Health, tag)))];
        _reactor.Post(_scheduler.Subscribe);
        _reactor.Start("prober");
    }

    /// <summary>RECONCILE of one task, until 202.</summary>
    public Latencies Calls { get; private set; } = new();

    /// <summary>GET /health.</summary>
    public Latencies Health { get; private set; } = new();

    /// <summary>Questions that got no answer or a wrong one.</summary>
    public int Failed { get; private set; }

    public Task WhenSubscribed => _subscribed.Task;

    /// <summary>Begins to measure as soon as the prober is subscribed; forgets what was measured before.</summary>
    public void Begin() => _reactor.Post(() =>
    {
        (Calls, Health, Failed) = (new Latencies(), new Latencies(), 0);
        _due = Stopwatch.GetTimestamp();
        _measuring = true;
        if (!_ticking)
        {
            _ticking = true;
            Tick();
        }
    });

    /// <summary>Ends measuring; what is under way still counts.</summary>
    public async Task EndAsync()
    {
        _reactor.Post(() => _measuring = false);
        await Task.Delay(TimeSpan.FromMilliseconds(300));
    }

    public void Dispose()
    {
        _reactor.Stop();
    }

    private void Happened(Event happened)
    {
        if (happened.Type == Event.Types.Type.Subscribed)
        {
            _reconcile = _scheduler.Prepare(new Call
            {
                Type = Call.Types.Type.Reconcile,
                Reconcile = new Call.Types.Reconcile
                {
                    Tasks = { new Call.Types.Reconcile.Types.Task { TaskId = new TaskID { Value = "no-such-task" } } },
                },
            });
            // What came due while there was no master is not held against it.
            _due = Stopwatch.GetTimestamp();
            _subscribed.TrySetResult();
        }
    }

    private void Tick()
    {
        if (!_measuring)
        {
            _ticking = false;
            return;
        }
        var now = Stopwatch.GetTimestamp();
        while (_scheduler.Subscribed && _due <= now)
        {
            _scheduler.Send(_reconcile, _due);
            _health[_nextHealth++ % Lanes].Send(_getHealth, _due);
            _due += (long)(Period.TotalSeconds * Stopwatch.Frequency);
        }
        _reactor.After(Period, Tick);
    }

    private static void Note(Latencies latencies, long due) => latencies.Add(Stopwatch.GetElapsedTime(due));
}
