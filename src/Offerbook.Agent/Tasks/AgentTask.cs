using Google.Protobuf;
using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Sandbox;
using Offerbook.Wire.Identity;
using Offerbook.Wire.Protobuf;

namespace Offerbook.Agent.Tasks;

/// <summary>
/// A task that the agent holds: from its admission until its last update is acknowledged. The upper half is durable and changes
/// only by <see cref="AgentState.Apply"/>; <see cref="Runtime"/> is what the running process knows besides.
/// Invariant: the state is terminal exactly when no process of the task is left and none will start.
/// </summary>
internal sealed class AgentTask
{
    /// <summary>
    /// Updates that may wait before a newer report of the same state replaces the last one. A life has at most four states, so
    /// only health and check reports add up; a scheduler that is away for hours must not cost memory.
    /// </summary>
    public const int MaxPending = 16;

    /// <summary>Updates of an executor that are known again when they come again. It repeats only those that were not yet taken.</summary>
    public const int MaxReported = 16;

    /// <param name="executor">The executor that the task lives in; null for a command task.</param>
    public AgentTask(FrameworkId framework, TaskInfo info, ContainerId container, long admittedNanoseconds, ExecutorId? executor = null)
    {
        Key = new TaskKey(framework, TaskId.From(info.TaskId));
        Info = info;
        AdmittedNanoseconds = admittedNanoseconds;
        HasExecutor = executor is not null;
        // A command task has an executor of its own, which Mesos names after the task.
        Executor = executor ?? new ExecutorId(info.TaskId.Value);
        Sandbox = new SandboxPath(AgentId.From(info.AgentId), framework, Executor, container);
    }

    public TaskKey Key { get; }

    public TaskInfo Info { get; }

    /// <summary>That of a command task is made up: <see cref="HasExecutor"/> tells.</summary>
    public ExecutorId Executor { get; }

    /// <summary>Whether the task lives in an executor that the framework brought, which outlives it.</summary>
    public bool HasExecutor { get; }

    public ExecutorKey ExecutorKey => new(Key.Framework, Executor);

    /// <summary>The container is its executor's: nothing of the task's own is started, signalled or recovered.</summary>
    public bool SharesContainer { get; init; }

    /// <summary>The group of its executor that it was launched in; null when it came alone.</summary>
    public long? Group { get; init; }

    /// <summary>The task has a container of its own within that of its executor, which is the agent itself.</summary>
    public bool InPod => HasExecutor && !SharesContainer;

    /// <summary>The task's own sandbox, or its executor's when it shares the container.</summary>
    public SandboxPath Sandbox { get; }

    /// <summary>The task's own, or its executor's.</summary>
    public ContainerId Container => Sandbox.Container;

    /// <summary>Wall time of the launch, in nanoseconds since the epoch.</summary>
    public long AdmittedNanoseconds { get; }

    /// <summary>The latest status of each state in a row, oldest first.</summary>
    public List<TaskStatus> Statuses { get; } = [];

    /// <summary>Updates not yet acknowledged, the outstanding one first.</summary>
    public List<TaskStatus> Pending { get; } = [];

    /// <summary>The uuids of its executor's newest updates, oldest first; empty for a task with a container of its own.</summary>
    public List<ByteString> Reported { get; } = [];

    public KillIntent? Kill { get; set; }

    /// <summary>Nobody is left to acknowledge updates: none are made.</summary>
    public bool Silenced { get; set; }

    public TaskState State => Statuses.Count == 0 ? TaskState.TaskStaging : Statuses[^1].State;

    public bool Ended => State.IsTerminal();

    public TaskRuntime Runtime { get; } = new();

    public void Add(TaskStatus status)
    {
        if (SharesContainer && status.Source == TaskStatus.Types.Source.Executor)
        {
            if (Reported.Count == MaxReported)
            {
                Reported.RemoveAt(0);
            }
            Reported.Add(status.Uuid);
        }
        if (Statuses.Count > 0 && Statuses[^1].State == status.State)
        {
            Statuses[^1] = status;
        }
        else
        {
            Statuses.Add(status);
        }
        // Never the head: it may be on its way.
        if (Pending.Count >= MaxPending && Pending[^1].State == status.State)
        {
            Pending[^1] = status;
        }
        else
        {
            Pending.Add(status);
        }
    }

    /// <summary>The newest status that says something about the task's health, if any.</summary>
    public bool? Healthy
    {
        get
        {
            for (var i = Statuses.Count - 1; i >= 0; i--)
            {
                if (Statuses[i].HasHealthy)
                {
                    return Statuses[i].Healthy;
                }
            }
            return null;
        }
    }

    /// <summary>As people see it.</summary>
    public string ExecutorName => HasExecutor ? Info.Executor?.Name ?? "" : CommandExecutorName.Of(Info);

    public MesosTask ToProto()
    {
        var task = new MesosTask
        {
            Name = Info.Name,
            TaskId = Info.TaskId,
            FrameworkId = Key.Framework.ToProto(),
            AgentId = Info.AgentId,
            State = State,
            Labels = Info.Labels,
            Discovery = Info.Discovery,
            Container = ShownContainer.Of(Info.Container),
            HealthCheck = Info.HealthCheck,
            KillPolicy = Info.KillPolicy,
        };
        if (HasExecutor)
        {
            task.ExecutorId = Executor.ToProto();
        }
        task.Resources.Add(Info.Resources);
        task.Statuses.Add(Statuses);
        task.Limits.Add(Info.Limits);
        if ((Info.Command ?? Info.Executor?.Command) is { HasUser: true } command)
        {
            task.User = command.User;
        }
        var forwarded = Pending.Count > 0 ? Pending[0] : Statuses.Count > 0 ? Statuses[^1] : null;
        if (forwarded is not null)
        {
            task.StatusUpdateState = forwarded.State;
            task.StatusUpdateUuid = forwarded.Uuid;
        }
        return task;
    }
}
