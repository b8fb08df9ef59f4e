using Mesos.V1;
using Offerbook.Resources;
using Offerbook.Wire;
using Offerbook.Wire.AgentProtocol;
using Offerbook.Wire.Http;
using CallType = Offerbook.Wire.AgentProtocol.Call.Types.Type;
using EventType = Offerbook.Wire.AgentProtocol.Event.Types.Type;
using Capability = Mesos.V1.AgentInfo.Types.Capability.Types.Type;

namespace Offerbook.Master.Tests.Conformance;

/// <summary>
/// An agent over loopback HTTP that only pretends to run; see <see cref="PretendedTasks"/>. It answers pings unless it is silent,
/// repeats updates until they are acknowledged, applies operations, drains, and echoes messages to executors. It can lose its stream
/// and come back with what it runs.
/// </summary>
internal sealed class LoopbackAgent : IAsyncDisposable
{
    private static readonly Capability[] s_capabilities =
    [
        Capability.MultiRole, Capability.HierarchicalRole, Capability.ReservationRefinement, Capability.TaskResourceLimits,
        Capability.ResizeVolume, Capability.AgentOperationFeedback, Capability.AgentDraining,
    ];

    private readonly string _hostname;
    private readonly string _resources;
    private readonly PretendedTasks _tasks;
    private readonly StreamingClient _client = new();
    private readonly PeriodicTimer _repeat = new(TimeSpan.FromSeconds(1));
    private readonly SemaphoreSlim _turn = new(1);
    private Uri _address;
    private TaskCompletionSource _subscribed = NewSignal();
    private readonly TaskCompletionSource<string> _shutDown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IncomingStream<Event>? _stream;
    private Task _pump = Task.CompletedTask;
    private Task _repeats = Task.CompletedTask;
    private string _streamId = "";

    public LoopbackAgent(Uri master, string hostname, string resources)
    {
        (_hostname, _resources, _address) = (hostname, resources, new Uri(master, "/offerbook/agent/v1"));
        _tasks = new PretendedTasks(PostAsync);
        Operations = new PretendedOperations(resources);
    }

    public AgentID? Id
    {
        get => _tasks.Agent;
        private set => _tasks.Agent = value;
    }

    /// <summary>Pings are not answered.</summary>
    public bool IsSilent { get; set; }

    public string Rack { get; set; } = "r1";

    /// <summary>What it says that it can when it subscribes.</summary>
    public List<Capability> Capabilities { get; } = [.. s_capabilities];

    public List<Resource> Oversubscribed { get; } = [];

    public PretendedOperations Operations { get; }

    /// <summary>What the agent was told when it was told to shut down.</summary>
    public Task<string> ShutDown => _shutDown.Task.WaitAsync(TimeSpan.FromSeconds(15));

    /// <summary>Subscribes; once more with what it runs, if it was there before.</summary>
    /// <param name="at">Another master than before.</param>
    public async Task StartAsync(Uri? at = null)
    {
        _address = at is null ? _address : new Uri(at, "/offerbook/agent/v1");
        _subscribed = NewSignal();
        var (stream, answer) = await _client.OpenAsync<Event>(_address, Subscription(), MessageFormat.Protobuf);
        Assert.That(stream, Is.Not.Null, answer.Reason);
        _stream = stream!;
        _streamId = stream!.Header("Offerbook-Stream-Id")!;
        _pump = PumpAsync(stream);
        if (_repeats.IsCompleted)
        {
            _repeats = RepeatAsync();
        }
        await _subscribed.Task.WaitAsync(TimeSpan.FromSeconds(15));
    }

    /// <summary>Loses its stream, as if a cable were pulled.</summary>
    public async Task DropAsync()
    {
        _stream?.Dispose();
        await _pump;
        _streamId = "";
    }

    /// <summary>Ends a task, as far as is known here: said at once if there is a stream, and on the way back otherwise.</summary>
    public async Task FinishAsync(string task)
    {
        await _turn.WaitAsync();
        await _tasks.ReportAsync(_tasks.Single(task), TaskState.TaskFinished, "Command exited with status 0");
        _turn.Release();
    }

    /// <summary>Every executor is gone, as far as is known here.</summary>
    public Task ExitExecutorsAsync() => _tasks.ExitExecutorsAsync();

    /// <summary>Forgets a task without a word.</summary>
    public void Forget(string task) => _tasks.Forget(task);

    public bool Runs(string task) => _tasks.All.Any(running => running.Id.Value == task && !running.IsOver);

    /// <summary>Says that the revocable resources are now these.</summary>
    public async Task OversubscribeAsync(params Resource[] revocable)
    {
        Oversubscribed.Clear();
        Oversubscribed.AddRange(revocable);
        var call = new Call { Type = CallType.UpdateResources, ResourcesUpdate = new() { ResourceVersion = 0 } };
        call.ResourcesUpdate.CheckpointedResources.Add(Operations.Checkpointed);
        call.ResourcesUpdate.OversubscribedResources.Add(revocable);
        await PostAsync(call);
    }

    public async ValueTask DisposeAsync()
    {
        _repeat.Dispose();
        _stream?.Dispose();
        await _pump;
        await _repeats;
        _client.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Call Subscription()
    {
        var info = new AgentInfo { Hostname = _hostname, Port = 5051, Id = Id };
        info.Resources.Add(ResourceBag.Parse(_resources).ToProto(ResourceFormat.PostRefinement));
        info.Attributes.Add(Text("host", _hostname));
        info.Attributes.Add(Text("rack", Rack));
        var call = new Call
        {
            Type = CallType.Subscribe,
            AgentId = Id,
            Subscribe = new() { AgentInfo = info, Version = MasterSettings.ApiVersion, BootId = "boot", ResourceVersion = 0 },
        };
        call.Subscribe.Capabilities.Add(Capabilities.Select(type => new AgentInfo.Types.Capability { Type = type }));
        call.Subscribe.CheckpointedResources.Add(Operations.Checkpointed);
        call.Subscribe.OversubscribedResources.Add(Oversubscribed);
        if (Id is not null)
        {
            call.Subscribe.Operations.Add(Operations.Describe(Id));
            _tasks.Describe(call.Subscribe, Id);
        }
        return call;
    }

    private static Mesos.V1.Attribute Text(string name, string value) =>
        new() { Name = name, Type = Value.Types.Type.Text, Text = new Value.Types.Text { Value = value } };

    private async Task PumpAsync(IncomingStream<Event> stream) => await stream.ReadAllAsync(TakeInTurnAsync, CancellationToken.None);

    private async Task RepeatAsync()
    {
        while (await _repeat.WaitForNextTickAsync())
        {
            await _turn.WaitAsync();
            await _tasks.RepeatAsync();
            foreach (var report in Operations.Repeats())
            {
                await PostAsync(report);
            }
            _turn.Release();
        }
    }

    private async ValueTask TakeInTurnAsync(Event @event)
    {
        await _turn.WaitAsync();
        await TakeAsync(@event);
        _turn.Release();
    }

    private async ValueTask TakeAsync(Event @event)
    {
        switch (@event.Type)
        {
            case EventType.Subscribed:
                Id = @event.Subscribed.AgentId;
                foreach (var framework in @event.Subscribed.CompletedFrameworkIds)
                {
                    await _tasks.ShutDownAsync(framework);
                }
                _subscribed.TrySetResult();
                break;
            case EventType.Ping when !IsSilent:
                await PostAsync(new Call { Type = CallType.Pong });
                break;
            case EventType.Launch:
                await _tasks.LaunchAsync(@event.Launch.FrameworkInfo, @event.Launch.Task, @event.Launch.Task.Executor?.ExecutorId);
                break;
            case EventType.LaunchGroup:
                foreach (var task in @event.LaunchGroup.TaskGroup.Tasks)
                {
                    await _tasks.LaunchAsync(@event.LaunchGroup.FrameworkInfo, task, @event.LaunchGroup.Executor.ExecutorId);
                }
                break;
            case EventType.Kill when _tasks.Find(@event.Kill.FrameworkId, @event.Kill.TaskId) is { IsOver: false } task:
                await _tasks.ReportAsync(task, TaskState.TaskKilled, "Command terminated with signal Terminated");
                break;
            case EventType.Acknowledge when _tasks.Find(@event.Acknowledge.FrameworkId, @event.Acknowledge.TaskId) is { } task:
                await _tasks.AdvanceAsync(task, @event.Acknowledge.Uuid);
                break;
            case EventType.Reconcile:
                await _tasks.ReconcileAsync(@event.Reconcile);
                break;
            case EventType.Message:
                await PostAsync(new Call
                {
                    Type = CallType.Message,
                    Message = new() { FrameworkId = @event.Message.FrameworkId, ExecutorId = @event.Message.ExecutorId,
                        Data = @event.Message.Data },
                });
                break;
            case EventType.ApplyOperation when Operations.Take(@event.ApplyOperation, Id!) is { } report:
                await PostAsync(report);
                break;
            case EventType.AcknowledgeOperation:
                Operations.Acknowledge(@event.AcknowledgeOperation.OperationUuid);
                break;
            case EventType.Drain:
                await _tasks.DrainAsync(@event.Drain.Config);
                break;
            case EventType.ShutdownExecutor:
                await _tasks.ShutDownExecutorAsync(@event.ShutdownExecutor.FrameworkId, @event.ShutdownExecutor.ExecutorId);
                break;
            case EventType.ShutdownFramework:
                await _tasks.ShutDownAsync(@event.ShutdownFramework.FrameworkId);
                break;
            case EventType.Shutdown:
                Id = null;
                _tasks.Clear();
                _shutDown.TrySetResult(@event.Shutdown.Message);
                _subscribed.TrySetResult();
                break;
        }
    }

    /// <summary>Says something on the present stream; nothing while there is none.</summary>
    private async ValueTask PostAsync(Call call)
    {
        if (_streamId.Length > 0)
        {
            call.AgentId = Id;
            await _client.PostAsync(_address, call, MessageFormat.Protobuf, [new("Offerbook-Stream-Id", _streamId)]);
        }
    }
}
