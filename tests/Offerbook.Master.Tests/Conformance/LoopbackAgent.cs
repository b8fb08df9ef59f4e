using Google.Protobuf;
using Mesos.V1;
using Offerbook.Resources;
using Offerbook.Wire;
using Offerbook.Wire.AgentProtocol;
using Offerbook.Wire.Http;
using CallType = Offerbook.Wire.AgentProtocol.Call.Types.Type;
using EventType = Offerbook.Wire.AgentProtocol.Event.Types.Type;
using Capability = Mesos.V1.AgentInfo.Types.Capability.Types.Type;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Master.Tests.Conformance;

/// <summary>
/// An agent over loopback HTTP that only pretends to run: <c>sleep</c> runs until it is killed, <c>exit 3</c> fails, anything else
/// finishes at once. It answers pings unless it is silent, repeats updates until they are acknowledged, applies operations, drains,
/// and echoes messages to executors. It can lose its stream and come back with what it runs.
/// </summary>
internal sealed class LoopbackAgent(Uri master, string hostname, string resources) : IAsyncDisposable
{
    private static readonly Capability[] s_capabilities =
    [
        Capability.MultiRole, Capability.HierarchicalRole, Capability.ReservationRefinement, Capability.TaskResourceLimits,
        Capability.ResizeVolume, Capability.AgentOperationFeedback, Capability.AgentDraining,
    ];

    private readonly StreamingClient _client = new();
    private readonly Dictionary<(string Framework, string Task), PretendedTask> _tasks = [];
    private readonly HashSet<(string Framework, string Executor)> _executors = [];
    private readonly PeriodicTimer _repeat = new(TimeSpan.FromSeconds(1));
    private readonly SemaphoreSlim _turn = new(1);
    private Uri _address = new(master, "/offerbook/agent/v1");
    private TaskCompletionSource _subscribed = NewSignal();
    private readonly TaskCompletionSource<string> _shutDown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IncomingStream<Event>? _stream;
    private Task _pump = Task.CompletedTask;
    private Task _repeats = Task.CompletedTask;
    private string _streamId = "";

    public AgentID? Id { get; private set; }

    /// <summary>Pings are not answered.</summary>
    public bool IsSilent { get; set; }

    public string Rack { get; set; } = "r1";

    /// <summary>What it says that it can when it subscribes.</summary>
    public List<Capability> Capabilities { get; } = [.. s_capabilities];

    public List<Resource> Oversubscribed { get; } = [];

    public PretendedOperations Operations { get; } = new(resources);

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
        await ReportAsync(_tasks.Values.Single(running => running.Id.Value == task), TaskState.TaskFinished, "Command exited with status 0");
        _turn.Release();
    }

    /// <summary>Every executor is gone, as far as is known here.</summary>
    public async Task ExitExecutorsAsync()
    {
        foreach (var (framework, executor) in _executors.ToList())
        {
            await ExitAsync(new FrameworkID { Value = framework }, new ExecutorID { Value = executor });
        }
    }

    /// <summary>Forgets a task without a word.</summary>
    public void Forget(string task) => _tasks.Remove(_tasks.Single(pair => pair.Key.Task == task).Key);

    public bool Runs(string task) => _tasks.Values.Any(running => running.Id.Value == task && !running.IsOver);

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
        var info = new AgentInfo { Hostname = hostname, Port = 5051, Id = Id };
        info.Resources.Add(ResourceBag.Parse(resources).ToProto(ResourceFormat.PostRefinement));
        info.Attributes.Add(Text("host", hostname));
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
            call.Subscribe.Tasks.Add(_tasks.Values.Where(task => !task.IsOver || task.Updates.Count > 0).Select(task => task.Describe(Id)));
            call.Subscribe.Frameworks.Add(_tasks.Values.Select(task => task.Framework).DistinctBy(framework => framework.Id.Value));
            call.Subscribe.Executors.Add(_tasks.Values.Where(task => task is { IsOver: false, Info.Executor: not null }).Select(task =>
                new Call.Types.Executor { FrameworkId = task.Framework.Id, ExecutorInfo = task.Info.Executor }).DistinctBy(executor => executor.ExecutorInfo.ExecutorId.Value));
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
            foreach (var task in _tasks.Values.Where(task => task.Updates.Count > 0).ToList())
            {
                await SendAsync(task);
            }
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
                    await ShutDownAsync(framework);
                }
                _subscribed.TrySetResult();
                break;
            case EventType.Ping when !IsSilent:
                await PostAsync(new Call { Type = CallType.Pong });
                break;
            case EventType.Launch:
                await LaunchAsync(@event.Launch.FrameworkInfo, @event.Launch.Task, @event.Launch.Task.Executor?.ExecutorId);
                break;
            case EventType.LaunchGroup:
                foreach (var task in @event.LaunchGroup.TaskGroup.Tasks)
                {
                    await LaunchAsync(@event.LaunchGroup.FrameworkInfo, task, @event.LaunchGroup.Executor.ExecutorId);
                }
                break;
            case EventType.Kill when Find(@event.Kill.FrameworkId, @event.Kill.TaskId) is { IsOver: false } task:
                await ReportAsync(task, TaskState.TaskKilled, "Command terminated with signal Terminated");
                break;
            case EventType.Acknowledge when Find(@event.Acknowledge.FrameworkId, @event.Acknowledge.TaskId) is { } task:
                await AdvanceAsync(task, @event.Acknowledge.Uuid);
                break;
            case EventType.Reconcile:
                await ReconcileAsync(@event.Reconcile);
                break;
            case EventType.Message:
                await PostAsync(new Call
                {
                    Type = CallType.Message,
                    Message = new() { FrameworkId = @event.Message.FrameworkId, ExecutorId = @event.Message.ExecutorId, Data = @event.Message.Data },
                });
                break;
            case EventType.ApplyOperation when Operations.Take(@event.ApplyOperation, Id!) is { } report:
                await PostAsync(report);
                break;
            case EventType.AcknowledgeOperation:
                Operations.Acknowledge(@event.AcknowledgeOperation.OperationUuid);
                break;
            case EventType.Drain:
                await DrainAsync(@event.Drain.Config);
                break;
            case EventType.ShutdownExecutor:
                await ShutDownExecutorAsync(@event.ShutdownExecutor.FrameworkId, @event.ShutdownExecutor.ExecutorId);
                break;
            case EventType.ShutdownFramework:
                await ShutDownAsync(@event.ShutdownFramework.FrameworkId);
                break;
            case EventType.Shutdown:
                Id = null;
                _tasks.Clear();
                _shutDown.TrySetResult(@event.Shutdown.Message);
                _subscribed.TrySetResult();
                break;
        }
    }

    private PretendedTask? Find(FrameworkID framework, TaskID task) => _tasks.GetValueOrDefault((framework.Value, task.Value));

    private async ValueTask LaunchAsync(FrameworkInfo framework, TaskInfo info, ExecutorID? executor)
    {
        if (executor is not null)
        {
            _executors.Add((framework.Id.Value, executor.Value));
        }
        var task = new PretendedTask(framework, info, executor);
        _tasks[(framework.Id.Value, info.TaskId.Value)] = task;
        var command = info.Command?.Value ?? "sleep";
        await ReportAsync(task, TaskState.TaskRunning, message: null);
        if (command.StartsWith("exit ", StringComparison.Ordinal))
        {
            await ReportAsync(task, TaskState.TaskFailed, $"Command exited with status {command[5..]}");
        }
        else if (!command.StartsWith("sleep", StringComparison.Ordinal))
        {
            await ReportAsync(task, TaskState.TaskFinished, "Command exited with status 0");
        }
    }

    /// <summary>Sends an update, or queues it behind the one that the framework has not acknowledged.</summary>
    private async ValueTask ReportAsync(PretendedTask task, TaskState state, string? message, Reason? reason = null)
    {
        var status = new TaskStatus
        {
            TaskId = task.Id,
            ExecutorId = task.Executor,
            AgentId = Id,
            State = state,
            Source = TaskStatus.Types.Source.Executor,
            Uuid = ByteString.CopyFrom(Guid.NewGuid().ToByteArray()),
        };
        if (message is not null)
        {
            status.Message = message;
        }
        if (reason is { } why)
        {
            status.Reason = why;
        }
        task.Updates.Add(status);
        task.State = state;
        task.IsOver |= state is not TaskState.TaskRunning;
        if (task.Updates.Count == 1)
        {
            await SendAsync(task);
        }
    }

    private async ValueTask AdvanceAsync(PretendedTask task, ByteString uuid)
    {
        if (task.Updates.Count == 0 || task.Updates[0].Uuid != uuid)
        {
            return;
        }
        task.Updates.RemoveAt(0);
        if (task.Updates.Count > 0)
        {
            await SendAsync(task);
        }
    }

    private ValueTask SendAsync(PretendedTask task) => PostAsync(new Call
    {
        Type = CallType.Update,
        Update = new() { FrameworkId = task.Framework.Id, Status = task.Updates[0], LatestState = task.State },
    });

    private async ValueTask ReconcileAsync(Event.Types.Reconcile reconcile)
    {
        foreach (var entry in reconcile.Tasks.Where(entry => Find(entry.FrameworkId, entry.TaskId) is null))
        {
            var task = new PretendedTask(new FrameworkInfo { User = "", Name = "", Id = entry.FrameworkId }, new TaskInfo { TaskId = entry.TaskId }, null);
            _tasks[(entry.FrameworkId.Value, entry.TaskId.Value)] = task;
            await ReportAsync(task, entry.PartitionAware ? TaskState.TaskDropped : TaskState.TaskLost, "Reconciliation: task unknown to the agent", Reason.Reconciliation);
        }
    }

    private async ValueTask DrainAsync(DrainConfig config)
    {
        foreach (var task in _tasks.Values.Where(task => !task.IsOver).ToList())
        {
            var aware = task.Framework.Capabilities.Any(capability => capability.Type == FrameworkInfo.Types.Capability.Types.Type.PartitionAware);
            await ReportAsync(task, config.MarkGone && aware ? TaskState.TaskGoneByOperator : TaskState.TaskKilled, "Agent is draining", Reason.AgentDraining);
        }
    }

    private async ValueTask ShutDownExecutorAsync(FrameworkID framework, ExecutorID executor)
    {
        foreach (var task in _tasks.Values.Where(task => task.Framework.Id.Equals(framework) && task.Executor?.Value == executor.Value).ToList())
        {
            await ReportAsync(task, TaskState.TaskFailed, "Executor terminated");
        }
        await ExitAsync(framework, executor);
    }

    private ValueTask ExitAsync(FrameworkID framework, ExecutorID executor)
    {
        _executors.Remove((framework.Value, executor.Value));
        return PostAsync(new Call { Type = CallType.ExecutorExited, ExecutorExited = new() { FrameworkId = framework, ExecutorId = executor, Status = 0 } });
    }

    private async ValueTask ShutDownAsync(FrameworkID framework)
    {
        foreach (var task in _tasks.Values.Where(task => task.Framework.Id.Equals(framework)).ToList())
        {
            task.Updates.Clear();
            await ReportAsync(task, TaskState.TaskKilled, "Framework shut down");
            _tasks.Remove((framework.Value, task.Id.Value));
        }
        foreach (var (_, executor) in _executors.Where(executor => executor.Framework == framework.Value).ToList())
        {
            await ExitAsync(framework, new ExecutorID { Value = executor });
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
