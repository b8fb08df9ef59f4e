using System.Diagnostics;
using System.Threading.Channels;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using Task = System.Threading.Tasks.Task;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Bench.Tasks;

/// <summary>
/// A scheduler that keeps so many tasks in flight until so many have ended, and writes down when each was accepted, ran and ended.
/// It speaks the scheduler API over real HTTP, like any other framework; updates are acknowledged. It keeps what it is offered until it
/// has tasks for it.
/// </summary>
internal sealed class TaskFeed(Uri master) : IDisposable
{
    private const double TaskCpus = 0.01;
    private const double TaskMem = 1;

    private readonly Uri _api = new(master, "/api/v1/scheduler");
    private readonly StreamingClient _http = new();
    private readonly Dictionary<string, string> _headers = [];

    /// <summary>What the tasks run in; null: plain processes.</summary>
    public ContainerInfo? Container { get; init; }

    /// <summary>Events read but not yet looked at; a benchmark may not lose one, and its tasks bound how many there can be.</summary>
    private readonly Channel<Event> _events = Channel.CreateUnbounded<Event>();

    private IncomingStream<Event>? _stream;
    private Task<string> _ended = Task.FromResult("not subscribed");
    private FrameworkID _framework = null!;
    private readonly List<Offer> _held = [];
    private int _launched;

    public void Dispose()
    {
        _stream?.Dispose();
        _http.Dispose();
    }

    public async Task SubscribeAsync(CancellationToken cancellation)
    {
        var call = new Call
        {
            Type = Call.Types.Type.Subscribe,
            Subscribe = new Call.Types.Subscribe { FrameworkInfo = new FrameworkInfo { User = "root", Name = "bench" } },
        };
        var (stream, answer) = await _http.OpenAsync<Event>(_api, call, MessageFormat.Protobuf, null, cancellation);
        _stream = stream ?? throw new InvalidOperationException($"the master refused the subscription: {answer.Reason}");
        _ended = _stream.ReadAllAsync(happened => _events.Writer.WriteAsync(happened, cancellation), cancellation);
        _ = _ended.ContinueWith(_ => _events.Writer.TryComplete(), TaskScheduler.Default);
        _headers["Mesos-Stream-Id"] = _stream.Header("Mesos-Stream-Id")!;
        _framework = (await NextAsync(cancellation)).Subscribed.FrameworkId;
    }

    /// <summary>Kills every task that was launched and waits until so many have ended.</summary>
    public async Task KillAllAsync(int count, CancellationToken cancellation)
    {
        for (var i = 0; i < count; i++)
        {
            await PostAsync(new Call
            {
                Type = Call.Types.Type.Kill,
                Kill = new Call.Types.Kill
                {
                    TaskId = new TaskID { Value = $"bench-{_launched - i}" }, KillPolicy = new KillPolicy { GracePeriod = new DurationInfo { Nanoseconds = 0 } },
                },
            }, cancellation);
        }
        for (var ended = 0; ended < count;)
        {
            var happened = await NextAsync(cancellation);
            Hold(happened);
            if (happened is { Type: Event.Types.Type.Update, Update.Status: var status })
            {
                ended += status.State is TaskState.TaskKilled or TaskState.TaskFailed or TaskState.TaskFinished ? 1 : 0;
                await AcknowledgeAsync(status, cancellation);
            }
        }
    }

    public Task TearDownAsync(CancellationToken cancellation) => PostAsync(new Call { Type = Call.Types.Type.Teardown }, cancellation);

    /// <summary>Runs a command so many times, at most <paramref name="inFlight"/> at once.</summary>
    /// <param name="until">The state that counts as the end: TASK_FINISHED, or TASK_RUNNING for tasks that stay.</param>
    public async Task<TaskTimes> RunAsync(string command, int count, int inFlight, TaskState until, CancellationToken cancellation)
    {
        var times = new TaskTimes(count);
        var accepted = new Dictionary<string, long>();
        var started = Stopwatch.GetTimestamp();
        var (launched, ended) = (0, 0);
        while (ended < count)
        {
            var room = Math.Min(_held.Sum(Capacity), Math.Min(inFlight - (launched - ended), count - launched));
            if (room > 0)
            {
                await AcceptAsync(command, room, accepted, cancellation);
                launched += room;
            }
            var happened = await NextAsync(cancellation);
            Hold(happened);
            switch (happened.Type)
            {
                case Event.Types.Type.Update:
                    var status = happened.Update.Status;
                    if (status.State == TaskState.TaskRunning && accepted.TryGetValue(status.TaskId.Value, out var at))
                    {
                        times.Running.Add(Stopwatch.GetElapsedTime(at));
                    }
                    if (status.State == until && accepted.Remove(status.TaskId.Value))
                    {
                        ended++;
                    }
                    else if (status is { State: TaskState.TaskLost, Reason: TaskStatus.Types.Reason.InvalidOffers } && accepted.Remove(status.TaskId.Value))
                    {
                        // The offer was taken back while the ACCEPT was on its way.
                        launched--;
                    }
                    else if (status.State is TaskState.TaskFailed or TaskState.TaskError or TaskState.TaskLost)
                    {
                        throw new InvalidOperationException($"a task ended as {status.State}: {status.Message}");
                    }
                    await AcknowledgeAsync(status, cancellation);
                    break;
            }
        }
        times.Elapsed = Stopwatch.GetElapsedTime(started);
        return times;
    }

    private async Task<Event> NextAsync(CancellationToken cancellation)
    {
        while (await _events.Reader.WaitToReadAsync(cancellation))
        {
            if (!_events.Reader.TryRead(out var happened))
            {
                continue;
            }
            if (happened.Type == Event.Types.Type.Error)
            {
                throw new InvalidOperationException(happened.Error.Message);
            }
            if (happened.Type != Event.Types.Type.Heartbeat)
            {
                return happened;
            }
        }
        throw new InvalidOperationException("the stream ended: " + await _ended);
    }

    private void Hold(Event happened)
    {
        if (happened.Type == Event.Types.Type.Offers)
        {
            _held.AddRange(happened.Offers.Offers_);
        }
        else if (happened.Type == Event.Types.Type.Rescind)
        {
            _held.RemoveAll(offer => offer.Id.Equals(happened.Rescind.OfferId));
        }
    }

    /// <summary>On all that is held of the one agent; what is left over is offered again.</summary>
    private Task AcceptAsync(string command, int tasks, Dictionary<string, long> accepted, CancellationToken cancellation)
    {
        var launch = new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Launch, Launch = new() };
        for (var i = 0; i < tasks; i++)
        {
            var id = $"bench-{++_launched}";
            launch.Launch.TaskInfos.Add(new TaskInfo
            {
                Name = "bench",
                TaskId = new TaskID { Value = id },
                AgentId = _held[0].AgentId,
                Command = new CommandInfo { Value = command },
                Container = Container,
                Resources = { Scalar("cpus", TaskCpus), Scalar("mem", TaskMem) },
            });
            accepted[id] = Stopwatch.GetTimestamp();
        }
        var call = new Call
        {
            Type = Call.Types.Type.Accept,
            Accept = new Call.Types.Accept
            {
                OfferIds = { _held.Select(offer => offer.Id) }, Operations = { launch }, Filters = new Filters { RefuseSeconds = 0 },
            },
        };
        _held.Clear();
        return PostAsync(call, cancellation);
    }

    /// <summary>How many tasks fit: an offer may be no more than what a finished task has freed.</summary>
    private static int Capacity(Offer offer)
    {
        double Of(string name) => offer.Resources.Where(resource => resource.Name == name).Sum(resource => resource.Scalar.Value);
        return (int)Math.Floor(Math.Min(Of("cpus") / TaskCpus, Of("mem") / TaskMem) + 1e-6);
    }

    private async Task AcknowledgeAsync(TaskStatus status, CancellationToken cancellation)
    {
        if (status.HasUuid)
        {
            await PostAsync(new Call
            {
                Type = Call.Types.Type.Acknowledge,
                Acknowledge = new Call.Types.Acknowledge { AgentId = status.AgentId, TaskId = status.TaskId, Uuid = status.Uuid },
            }, cancellation);
        }
    }

    private async Task PostAsync(Call call, CancellationToken cancellation)
    {
        call.FrameworkId = _framework;
        var answer = await _http.PostAsync(_api, call, MessageFormat.Protobuf, _headers, cancellation);
        if (answer.Status != 202)
        {
            throw new InvalidOperationException($"{call.Type} was answered: {answer.Reason}");
        }
    }

    private static Resource Scalar(string name, double value) =>
        new() { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = value } };
}

/// <summary>What was measured of one run.</summary>
internal sealed class TaskTimes(int count)
{
    public int Count { get; } = count;

    public TimeSpan Elapsed { get; set; }

    /// <summary>From handing the ACCEPT to the HTTP client until TASK_RUNNING arrived.</summary>
    public List<TimeSpan> Running { get; } = [];

    public double PerSecond => Count / Elapsed.TotalSeconds;

    public double RunningMs(double percentile)
    {
        var sorted = Running.Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted[Math.Min(sorted.Count - 1, (int)(percentile * sorted.Count))].TotalMilliseconds;
    }
}
