using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using CallType = Mesos.V1.Scheduler.Call.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Fuzzer.Watching;

/// <summary>
/// A well-behaved scheduler beside the fuzzed requests: it launches one task after the other on its own agent, each from offer to
/// acknowledged end, and notes how long everything takes. A master that stalls shows here.
/// </summary>
public sealed class Companion(Uri master) : IDisposable
{
    public const string Role = "companion";

    private readonly StreamingClient _client = new();
    private readonly Uri _address = new(master, "/api/v1/scheduler");
    private readonly CompanionAgent _agent = new(master);
    private readonly TaskCompletionSource _launched = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IncomingStream<Event>? _stream;
    private FrameworkID? _id;
    private string _streamId = "";
    private int _tasks;

    /// <summary>Offers: each comes as soon as the task before it is over.</summary>
    public Gaps Offers { get; } = new();

    /// <summary>Ends of tasks.</summary>
    public Gaps Finished { get; } = new();

    /// <summary>Heartbeats of the scheduler's stream, announced every 15 s.</summary>
    public Gaps Heartbeats { get; } = new();

    public Gaps Pings => _agent.Pings;

    /// <summary>The first thing that a scheduler should never see.</summary>
    public string? Fault { get; private set; }

    /// <returns>What went wrong, or null once a first task has finished.</returns>
    public async Task<string?> StartAsync(CancellationToken stop)
    {
        if (await _agent.StartAsync(stop) is { } refused)
        {
            return refused;
        }
        var info = new FrameworkInfo { User = "nobody", Name = "companion", FailoverTimeout = 0 };
        info.Roles.Add(Role);
        info.Capabilities.Add(new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.MultiRole });
        info.Capabilities.Add(
            new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.ReservationRefinement });
        var call = new Call { Type = CallType.Subscribe, Subscribe = new() { FrameworkInfo = info } };
        var (stream, answer) = await _client.OpenAsync<Event>(_address, call, MessageFormat.Protobuf, cancellation: stop);
        if (stream is null)
        {
            return $"the companion was refused: {answer.Reason}";
        }
        (_stream, _streamId) = (stream, stream.Header("Mesos-Stream-Id") ?? "");
        _ = PumpAsync(stream, stop);
        return await Task.WhenAny(_launched.Task, Task.Delay(TimeSpan.FromSeconds(30), stop)) == _launched.Task
            ? null
            : Fault ?? "the companion's first task did not finish within 30 s";
    }

    /// <summary>Takes framework and agent out of the cluster.</summary>
    public async Task LeaveAsync()
    {
        await CallAsync(new Call { Type = CallType.Teardown });
        await _agent.LeaveAsync();
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _agent.Dispose();
        _client.Dispose();
    }

    private async Task PumpAsync(IncomingStream<Event> stream, CancellationToken stop)
    {
        try
        {
            var end = await stream.ReadAllAsync(TakeAsync, stop);
            Fault ??= $"the companion's stream ended: {end}";
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private async ValueTask TakeAsync(Event @event)
    {
        switch (@event.Type)
        {
            case EventType.Subscribed:
                _id = @event.Subscribed.FrameworkId;
                break;
            case EventType.Heartbeat:
                Heartbeats.Note();
                break;
            case EventType.Offers:
                foreach (var offer in @event.Offers.Offers_)
                {
                    await TakeAsync(offer);
                }
                break;
            case EventType.Update:
                await AcknowledgeAsync(@event.Update.Status);
                break;
            case EventType.Error:
                Fault ??= $"the companion got ERROR: {@event.Error.Message}";
                break;
        }
    }

    private Task TakeAsync(Offer offer)
    {
        if (offer.Hostname != CompanionAgent.Hostname)
        {
            // Of others' agents, which the fuzzed requests may do anything to.
            var decline = new Call.Types.Decline { Filters = new Filters { RefuseSeconds = 1e6 } };
            decline.OfferIds.Add(offer.Id);
            return CallAsync(new Call { Type = CallType.Decline, Decline = decline });
        }
        Offers.Note();
        var task = new TaskInfo
        {
            Name = "beat", TaskId = new TaskID { Value = $"beat-{_tasks++}" }, AgentId = offer.AgentId,
            Command = new CommandInfo { Value = "true" },
        };
        task.Resources.Add(offer.Resources);
        var launch = new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Launch, Launch = new() };
        launch.Launch.TaskInfos.Add(task);
        var accept = new Call.Types.Accept { Filters = new Filters { RefuseSeconds = 0 } };
        accept.OfferIds.Add(offer.Id);
        accept.Operations.Add(launch);
        return CallAsync(new Call { Type = CallType.Accept, Accept = accept });
    }

    private async Task AcknowledgeAsync(TaskStatus status)
    {
        if (status.State == TaskState.TaskFinished)
        {
            Finished.Note();
            _launched.TrySetResult();
        }
        else if (status.State != TaskState.TaskLost)
        {
            // Lost is what an offer was that a quota or a weight took back meanwhile.
            Fault ??= $"the companion's task {status.TaskId.Value} is in {status.State}: {status.Message}";
        }
        if (status.HasUuid)
        {
            await CallAsync(new Call
            {
                Type = CallType.Acknowledge, Acknowledge = new() { AgentId = status.AgentId, TaskId = status.TaskId, Uuid = status.Uuid },
            });
        }
    }

    private async Task CallAsync(Call call)
    {
        call.FrameworkId = _id;
        var answer = await _client.PostAsync(_address, call, MessageFormat.Protobuf, [new("Mesos-Stream-Id", _streamId)]);
        if (!answer.IsSuccess)
        {
            Fault ??= $"the companion's {call.Type} was answered with {answer.Status}: {answer.Reason}";
        }
    }
}
