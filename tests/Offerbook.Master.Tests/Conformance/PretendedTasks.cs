using Google.Protobuf;
using Mesos.V1;
using Offerbook.Wire.AgentProtocol;
using CallType = Offerbook.Wire.AgentProtocol.Call.Types.Type;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Master.Tests.Conformance;

/// <summary>
/// The tasks of a <see cref="LoopbackAgent"/> and what becomes of them: <c>sleep</c> runs until it is killed, <c>exit 3</c> fails,
/// anything else finishes at once. An update goes out once the one before it is acknowledged. Nothing in here is for two at a time.
/// </summary>
/// <param name="post">Says something to the master, if there is a stream.</param>
internal sealed class PretendedTasks(Func<Call, ValueTask> post)
{
    private readonly Dictionary<(string Framework, string Task), PretendedTask> _tasks = [];
    private readonly HashSet<(string Framework, string Executor)> _executors = [];

    /// <summary>The agent's id, which updates name.</summary>
    public AgentID? Agent { get; set; }

    public IEnumerable<PretendedTask> All => _tasks.Values;

    /// <summary>A task by its own id, whatever framework it is of.</summary>
    public PretendedTask Single(string task) => _tasks.Values.Single(running => running.Id.Value == task);

    /// <summary>Forgets a task without a word.</summary>
    public void Forget(string task) => _tasks.Remove(_tasks.Single(pair => pair.Key.Task == task).Key);

    public void Clear() => _tasks.Clear();

    /// <summary>Every executor is gone.</summary>
    public async Task ExitExecutorsAsync()
    {
        foreach (var (framework, executor) in _executors.ToList())
        {
            await ExitAsync(new FrameworkID { Value = framework }, new ExecutorID { Value = executor });
        }
    }

    /// <summary>Sends again whatever is not acknowledged.</summary>
    public async ValueTask RepeatAsync()
    {
        foreach (var task in _tasks.Values.Where(task => task.Updates.Count > 0).ToList())
        {
            await SendAsync(task);
        }
    }

    /// <summary>Puts tasks, frameworks and executors into a subscription of an agent that was there before.</summary>
    public void Describe(Call.Types.Subscribe subscribe, AgentID id)
    {
        subscribe.Tasks.Add(_tasks.Values.Where(task => !task.IsOver || task.Updates.Count > 0).Select(task => task.Describe(id)));
        subscribe.Frameworks.Add(_tasks.Values.Select(task => task.Framework).DistinctBy(framework => framework.Id.Value));
        subscribe.Executors.Add(_tasks.Values.Where(task => task is { IsOver: false, Info.Executor: not null }).Select(task =>
            new Call.Types.Executor { FrameworkId = task.Framework.Id, ExecutorInfo = task.Info.Executor }).DistinctBy(executor =>
                executor.ExecutorInfo.ExecutorId.Value));
    }

    public PretendedTask? Find(FrameworkID framework, TaskID task) => _tasks.GetValueOrDefault((framework.Value, task.Value));

    public async ValueTask LaunchAsync(FrameworkInfo framework, TaskInfo info, ExecutorID? executor)
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
    public async ValueTask ReportAsync(PretendedTask task, TaskState state, string? message, Reason? reason = null)
    {
        var status = new TaskStatus
        {
            TaskId = task.Id,
            ExecutorId = task.Executor,
            AgentId = Agent,
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

    public async ValueTask AdvanceAsync(PretendedTask task, ByteString uuid)
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

    public async ValueTask ReconcileAsync(Event.Types.Reconcile reconcile)
    {
        foreach (var entry in reconcile.Tasks.Where(entry => Find(entry.FrameworkId, entry.TaskId) is null))
        {
            var task = new PretendedTask(new FrameworkInfo { User = "", Name = "", Id = entry.FrameworkId },
                new TaskInfo { TaskId = entry.TaskId }, null);
            _tasks[(entry.FrameworkId.Value, entry.TaskId.Value)] = task;
            await ReportAsync(task, entry.PartitionAware ? TaskState.TaskDropped : TaskState.TaskLost,
                "Reconciliation: task unknown to the agent", Reason.Reconciliation);
        }
    }

    public async ValueTask DrainAsync(DrainConfig config)
    {
        foreach (var task in _tasks.Values.Where(task => !task.IsOver).ToList())
        {
            var aware = task.Framework.Capabilities.Any(capability =>
                capability.Type == FrameworkInfo.Types.Capability.Types.Type.PartitionAware);
            await ReportAsync(task, config.MarkGone && aware ? TaskState.TaskGoneByOperator : TaskState.TaskKilled, "Agent is draining",
                Reason.AgentDraining);
        }
    }

    public async ValueTask ShutDownExecutorAsync(FrameworkID framework, ExecutorID executor)
    {
        foreach (var task in _tasks.Values
            .Where(task => task.Framework.Id.Equals(framework) && task.Executor?.Value == executor.Value).ToList())
        {
            await ReportAsync(task, TaskState.TaskFailed, "Executor terminated");
        }
        await ExitAsync(framework, executor);
    }

    public async ValueTask ShutDownAsync(FrameworkID framework)
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

    private ValueTask ExitAsync(FrameworkID framework, ExecutorID executor)
    {
        _executors.Remove((framework.Value, executor.Value));
        return post(
            new Call { Type = CallType.ExecutorExited,
                ExecutorExited = new() { FrameworkId = framework, ExecutorId = executor, Status = 0 } });
    }

    private ValueTask SendAsync(PretendedTask task) => post(new Call
    {
        Type = CallType.Update,
        Update = new() { FrameworkId = task.Framework.Id, Status = task.Updates[0], LatestState = task.State },
    });
}
