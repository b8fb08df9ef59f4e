using System.Diagnostics;
using System.Net;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Bench.Load;
using Offerbook.Bench.Sockets;
using Offerbook.Wire;
using Offer = Mesos.V1.Offer;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Bench.Tasks;

/// <summary>
/// A framework that launches tasks at a fixed rate, whatever becomes of them (an open loop), acknowledges every update, and notes
/// when each was due, ran and had ended. Tasks go out in batches, one ACCEPT for each.
/// </summary>
internal sealed class TaskLoad : IDisposable
{
    private const double TaskCpus = 0.01;
    private const double TaskMem = 1;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

    private readonly Reactor _reactor = new();
    private readonly SchedulerLink _link;
    private readonly int _batch;
    private readonly TaskCompletionSource _subscribed = new();
    private readonly Queue<(Offer Offer, int Room)> _offers = new();
    private readonly Dictionary<string, long> _due = [];
    private TaskCompletionSource _ended = new();
    private double _rate;
    private long _began;
    private int _wanted;
    private int _launched;
    private long _next;

    public TaskLoad(IPEndPoint master, MessageFormat format, int batch, int lanes)
    {
        _batch = batch;
        var info = new FrameworkInfo
        {
            User = "root",
            Name = "load",
            Roles = { "load" },
            FailoverTimeout = 0,
            Capabilities = { new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.MultiRole } },
        };
        _link = new SchedulerLink(_reactor, master, format, info, lanes, Happened, _ => Acknowledged++,
            (_, status, text) => Fail($"a call was answered {status} {text}"))
        {
            Ended = reason => Fail(reason),
        };
        _reactor.Post(_link.Subscribe);
        _reactor.Start("task load");
    }

    public Task WhenSubscribed => _subscribed.Task;

    /// <summary>From the moment at which a task was due until TASK_RUNNING was read.</summary>
    public Latencies Running { get; private set; } = new();

    /// <summary>From the moment at which a task was due until TASK_FINISHED was read.</summary>
    public Latencies Finished { get; private set; } = new();

    /// <summary>Calls answered 202 so far.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>Tasks that were due and found no offer at that moment.</summary>
    public long Starved { get; private set; }


    /// <summary>Launches so many tasks at a rate and waits until the last has ended.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> RunAsync(double perSecond, int count, TimeSpan patience, CancellationToken cancellation)
    {
        _ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _reactor.Post(() =>
        {
            (Running, Finished, Starved) = (new Latencies(), new Latencies(), 0);
            (_rate, _wanted, _launched, _began) = (perSecond, count, 0, Stopwatch.GetTimestamp());
            Launch();
        });
        var clock = Stopwatch.StartNew();
        await _ended.Task.WaitAsync(patience, cancellation);
        return clock.Elapsed;
    }

    public void Dispose()
    {
        _reactor.Post(_link.Close);
        _reactor.Stop();
    }

    private void Happened(Event happened)
    {
        switch (happened.Type)
        {
            case Event.Types.Type.Subscribed:
                _subscribed.TrySetResult();
                break;
            case Event.Types.Type.Offers:
                foreach (var offer in happened.Offers.Offers_)
                {
                    Take(offer);
                }
                break;
            case Event.Types.Type.Update:
                Note(happened.Update.Status);
                break;
            case Event.Types.Type.Error:
                Fail(happened.Error.Message);
                break;
        }
    }

    private void Note(Mesos.V1.TaskStatus status)
    {
        if (_due.TryGetValue(status.TaskId.Value, out var due))
        {
            switch (status.State)
            {
                case TaskState.TaskRunning:
                    Running.Add(Stopwatch.GetElapsedTime(due));
                    break;
                case TaskState.TaskFinished:
                    Finished.Add(Stopwatch.GetElapsedTime(due));
                    _due.Remove(status.TaskId.Value);
                    break;
                default:
                    Fail($"a task became {status.State}: {status.Message}");
                    return;
            }
        }
        if (status.HasUuid)
        {
            _link.Call(new Call
            {
                Type = Call.Types.Type.Acknowledge,
                Acknowledge = new Call.Types.Acknowledge { AgentId = status.AgentId, TaskId = status.TaskId, Uuid = status.Uuid },
            }, status.TaskId.Value.GetHashCode(StringComparison.Ordinal), 0);
        }
        if (_launched == _wanted && _due.Count == 0)
        {
            _ended.TrySetResult();
        }
    }

    private void Launch()
    {
        var now = Stopwatch.GetTimestamp();
        while (_launched < _wanted && DueAt(_launched) <= now)
        {
            if (!_offers.TryDequeue(out var free))
            {
                Starved++;
                break;
            }
            Accept(free.Offer, Math.Min(_batch, free.Room), now);
        }
        if (_launched < _wanted)
        {
            _reactor.After(Step, Launch);
        }
    }

    private long DueAt(int task) => _began + (long)(task / _rate * Stopwatch.Frequency);

    /// <summary>An offer may be no more than what a finished task has freed; one that holds no task goes back for a while.</summary>
    private void Take(Offer offer)
    {
        double Of(string name) => offer.Resources.Where(resource => resource.Name == name).Sum(resource => resource.Scalar.Value);
        var room = (int)Math.Floor(Math.Min(Of("cpus") / TaskCpus, Of("mem") / TaskMem) + 1e-6);
        if (room > 0)
        {
            _offers.Enqueue((offer, room));
            return;
        }
        _link.Call(new Call
        {
            Type = Call.Types.Type.Decline,
            Decline = new Call.Types.Decline { OfferIds = { offer.Id }, Filters = new Filters { RefuseSeconds = 5 } },
        });
    }

    private void Accept(Offer offer, int room, long now)
    {
        var launch = new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Launch, Launch = new() };
        while (launch.Launch.TaskInfos.Count < room && _launched < _wanted && DueAt(_launched) <= now)
        {
            var id = $"load.{_next++}";
            _due[id] = DueAt(_launched++);
            launch.Launch.TaskInfos.Add(new TaskInfo
            {
                Name = "load",
                TaskId = new TaskID { Value = id },
                AgentId = offer.AgentId,
                Command = new CommandInfo { Value = "true" },
                Resources = { Scalar("cpus", TaskCpus), Scalar("mem", TaskMem) },
            });
        }
        _link.Call(new Call
        {
            Type = Call.Types.Type.Accept,
            Accept = new Call.Types.Accept { OfferIds = { offer.Id }, Operations = { launch },
                Filters = new Filters { RefuseSeconds = 0 } },
        });
    }

    private void Fail(string reason) => _ended.TrySetException(new InvalidOperationException(reason));

    private static Resource Scalar(string name, double value) =>
        new() { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = value } };
}
