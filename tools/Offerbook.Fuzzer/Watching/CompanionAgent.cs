using Google.Protobuf;
using Mesos.V1;
using Offerbook.Resources;
using Offerbook.Wire;
using Offerbook.Wire.AgentProtocol;
using Offerbook.Wire.Http;
using CallType = Offerbook.Wire.AgentProtocol.Call.Types.Type;
using EventType = Offerbook.Wire.AgentProtocol.Event.Types.Type;

namespace Offerbook.Fuzzer.Watching;

/// <summary>
/// A well-behaved agent whose resources are all reserved for the companion's role, so that no other framework ever holds them.
/// Its tasks finish at once.
/// </summary>
internal sealed class CompanionAgent(Uri master) : IDisposable
{
    public const string Hostname = "companion.example";

    private readonly StreamingClient _client = new();
    private readonly Uri _address = new(master, "/offerbook/agent/v1");
    private IncomingStream<Event>? _stream;
    private AgentID? _id;
    private string _streamId = "";

    public Gaps Pings { get; } = new();

    /// <summary>Why the stream ended.</summary>
    public string? End { get; private set; }

    /// <returns>What went wrong, or null.</returns>
    public async Task<string?> StartAsync(CancellationToken stop)
    {
        var info = new AgentInfo { Hostname = Hostname, Port = 5051 };
        info.Resources.Add(
            ResourceBag.Parse($"cpus({Companion.Role}):4;mem({Companion.Role}):4096").ToProto(ResourceFormat.PostRefinement));
        var call = new Call { Type = CallType.Subscribe, Subscribe = new() { AgentInfo = info, Version = "1.11.0", BootId = "boot" } };
        call.Subscribe.Capabilities.Add(new[]
        {
            AgentInfo.Types.Capability.Types.Type.MultiRole, AgentInfo.Types.Capability.Types.Type.HierarchicalRole,
            AgentInfo.Types.Capability.Types.Type.ReservationRefinement,
        }.Select(type => new AgentInfo.Types.Capability { Type = type }));
        var (stream, answer) = await _client.OpenAsync<Event>(_address, call, MessageFormat.Protobuf, cancellation: stop);
        if (stream is null)
        {
            return $"the companion's agent was refused: {answer.Reason}";
        }
        (_stream, _streamId) = (stream, stream.Header("Offerbook-Stream-Id") ?? "");
        _ = PumpAsync(stream, stop);
        return null;
    }

    public Task LeaveAsync() => PostAsync(new Call { Type = CallType.Leave });

    public void Dispose()
    {
        _stream?.Dispose();
        _client.Dispose();
    }

    private async Task PumpAsync(IncomingStream<Event> stream, CancellationToken stop)
    {
        try
        {
            End = await stream.ReadAllAsync(TakeAsync, stop);
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
                _id = @event.Subscribed.AgentId;
                break;
            case EventType.Ping:
                Pings.Note();
                await PostAsync(new Call { Type = CallType.Pong });
                break;
            case EventType.Launch:
                await FinishAsync(@event.Launch.FrameworkInfo.Id, @event.Launch.Task);
                break;
        }
    }

    private Task FinishAsync(FrameworkID framework, TaskInfo task) => PostAsync(new Call
    {
        Type = CallType.Update,
        Update = new()
        {
            FrameworkId = framework,
            LatestState = TaskState.TaskFinished,
            Status = new()
            {
                TaskId = task.TaskId, AgentId = _id, State = TaskState.TaskFinished, Source = TaskStatus.Types.Source.Executor,
                Uuid = ByteString.CopyFrom(Guid.NewGuid().ToByteArray()),
            },
        },
    });

    private async Task PostAsync(Call call)
    {
        call.AgentId = _id;
        await _client.PostAsync(_address, call, MessageFormat.Protobuf, [new("Offerbook-Stream-Id", _streamId)]);
    }
}
