using Google.Protobuf;
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
/// An agent over loopback HTTP that only pretends to run: <c>sleep</c> runs until it is killed, <c>exit 3</c> fails, anything else
/// finishes at once. It answers pings, repeats updates until they are acknowledged, and echoes messages to executors.
/// </summary>
internal sealed class LoopbackAgent(Uri master, string hostname, string resources) : IAsyncDisposable
{
    private static readonly Capability[] Capabilities =
        [Capability.MultiRole, Capability.HierarchicalRole, Capability.ReservationRefinement, Capability.TaskResourceLimits];

    private readonly StreamingClient _client = new();
    private readonly Uri _address = new(master, "/offerbook/agent/v1");
    private readonly Dictionary<(string Framework, string Task), PretendedTask> _tasks = [];
    private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PeriodicTimer _repeat = new(TimeSpan.FromSeconds(1));
    private readonly SemaphoreSlim _turn = new(1);
    private IncomingStream<Event>? _stream;
    private Task _pump = Task.CompletedTask;
    private AgentID? _id;
    private string _streamId = "";

    public async Task StartAsync()
    {
        var call = new Call
        {
            Type = CallType.Subscribe,
            Subscribe = new() { AgentInfo = new AgentInfo { Hostname = hostname, Port = 5051 }, Version = MasterSettings.ApiVersion, BootId = "boot" },
        };
        call.Subscribe.AgentInfo.Resources.Add(ResourceBag.Parse(resources).ToProto(ResourceFormat.PostRefinement));
        call.Subscribe.AgentInfo.Attributes.Add(new Mesos.V1.Attribute
        {
            Name = "host",
            Type = Value.Types.Type.Text,
            Text = new Value.Types.Text { Value = hostname },
        });
        call.Subscribe.Capabilities.Add(Capabilities.Select(type => new AgentInfo.Types.Capability { Type = type }));
        var (stream, answer) = await _client.OpenAsync<Event>(_address, call, MessageFormat.Protobuf);
        Assert.That(stream, Is.Not.Null, answer.Reason);
        _stream = stream!;
        _streamId = stream!.Header("Offerbook-Stream-Id")!;
        _pump = Task.WhenAll(stream.ReadAllAsync(TakeInTurnAsync, CancellationToken.None), RepeatAsync());
        await _subscribed.Task.WaitAsync(TimeSpan.FromSeconds(15));
    }

    public async ValueTask DisposeAsync()
    {
        _repeat.Dispose();
        _stream?.Dispose();
        await _pump;
        _client.Dispose();
    }

    private async Task RepeatAsync()
    {
        while (await _repeat.WaitForNextTickAsync())
        {
            await _turn.WaitAsync();
            foreach (var task in _tasks.Values.Where(task => task.Updates.Count > 0).ToList())
            {
                await SendAsync(task);
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
                _id = @event.Subscribed.AgentId;
                _subscribed.SetResult();
                break;
            case EventType.Ping:
                await PostAsync(new Call { Type = CallType.Pong });
                break;
            case EventType.Launch:
                await LaunchAsync(@event.Launch.FrameworkInfo.Id, @event.Launch.Task, @event.Launch.Task.Executor?.ExecutorId);
                break;
            case EventType.LaunchGroup:
                foreach (var task in @event.LaunchGroup.TaskGroup.Tasks)
                {
                    await LaunchAsync(@event.LaunchGroup.FrameworkInfo.Id, task, @event.LaunchGroup.Executor.ExecutorId);
                }
                break;
            case EventType.Kill when Find(@event.Kill.FrameworkId, @event.Kill.TaskId) is { IsOver: false } task:
                await ReportAsync(task, TaskState.TaskKilled, "Command terminated with signal Terminated");
                break;
            case EventType.Acknowledge when Find(@event.Acknowledge.FrameworkId, @event.Acknowledge.TaskId) is { } task:
                await AdvanceAsync(task, @event.Acknowledge.Uuid);
                break;
            case EventType.Message:
                await PostAsync(new Call
                {
                    Type = CallType.Message,
                    Message = new() { FrameworkId = @event.Message.FrameworkId, ExecutorId = @event.Message.ExecutorId, Data = @event.Message.Data },
                });
                break;
            case EventType.ShutdownExecutor:
                await ShutDownExecutorAsync(@event.ShutdownExecutor.FrameworkId, @event.ShutdownExecutor.ExecutorId);
                break;
            case EventType.ShutdownFramework:
                await ShutDownAsync(@event.ShutdownFramework.FrameworkId);
                break;
        }
    }

    private PretendedTask? Find(FrameworkID framework, TaskID task) => _tasks.GetValueOrDefault((framework.Value, task.Value));

    private async ValueTask LaunchAsync(FrameworkID framework, TaskInfo info, ExecutorID? executor)
    {
        var task = new PretendedTask(framework, info.TaskId, executor);
        _tasks[(framework.Value, info.TaskId.Value)] = task;
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
    private async ValueTask ReportAsync(PretendedTask task, TaskState state, string? message)
    {
        var status = new TaskStatus
        {
            TaskId = task.Id,
            ExecutorId = task.Executor,
            AgentId = _id,
            State = state,
            Source = TaskStatus.Types.Source.Executor,
            Uuid = ByteString.CopyFrom(Guid.NewGuid().ToByteArray()),
        };
        if (message is not null)
        {
            status.Message = message;
        }
        task.Updates.Add(status);
        task.IsOver |= state is TaskState.TaskKilled or TaskState.TaskFailed or TaskState.TaskFinished;
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
        Update = new() { FrameworkId = task.Framework, Status = task.Updates[0], LatestState = task.Updates[^1].State },
    });

    private async ValueTask ShutDownExecutorAsync(FrameworkID framework, ExecutorID executor)
    {
        foreach (var task in _tasks.Values.Where(task => task.Framework.Equals(framework) && task.Executor?.Value == executor.Value).ToList())
        {
            await ReportAsync(task, TaskState.TaskFailed, "Executor terminated");
        }
        await PostAsync(new Call { Type = CallType.ExecutorExited, ExecutorExited = new() { FrameworkId = framework, ExecutorId = executor, Status = 0 } });
    }

    private async ValueTask ShutDownAsync(FrameworkID framework)
    {
        foreach (var task in _tasks.Values.Where(task => task.Framework.Equals(framework)).ToList())
        {
            task.Updates.Clear();
            await ReportAsync(task, TaskState.TaskKilled, "Framework shut down");
            _tasks.Remove((framework.Value, task.Id.Value));
        }
    }

    private async ValueTask PostAsync(Call call)
    {
        call.AgentId = _id;
        await _client.PostAsync(_address, call, MessageFormat.Protobuf, [new("Offerbook-Stream-Id", _streamId)]);
    }

    private sealed record PretendedTask(FrameworkID Framework, TaskID Id, ExecutorID? Executor)
    {
        /// <summary>The first is out and awaits its acknowledgement.</summary>
        public List<TaskStatus> Updates { get; } = [];

        public bool IsOver { get; set; }
    }
}
