using Google.Protobuf;
using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Operations;
using Offerbook.Agent.Sandbox;
using Offerbook.Agent.Standalone;
using Offerbook.Agent.Tasks;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Recovery;

/// <summary>
/// The agent's durable state: the fold of its journal. Only <see cref="Apply"/> changes it, when an event is decided and when it
/// is replayed. What is remembered of finished work is in the <see cref="FrameworkBook"/>. An event costs O(log tasks).
/// </summary>
internal sealed class AgentState(AgentSettings settings)
{
    private readonly Dictionary<ContainerId, AgentTask> _byContainer = [];
    private readonly FrameworkBook _frameworks = new(settings);

    public AgentId? Id { get; private set; }

    /// <summary>What the id stands for; null without an id, and from a journal of an older version.</summary>
    public AgentConfigured? Configured { get; private set; }

    /// <summary>The newest term of a master that has taken the agent; null when none ever said.</summary>
    public MasterFollowed? Followed { get; private set; }

    public SortedDictionary<FrameworkId, FrameworkRecord> Frameworks => _frameworks.Known;

    /// <summary>Sandboxes of what is not remembered otherwise any more.</summary>
    public RetainedSandboxes RetainedSandboxes => _frameworks.Retained;

    public SortedDictionary<TaskKey, AgentTask> Tasks { get; } = [];

    /// <summary>Executors that frameworks brought and that have not ended.</summary>
    public ExecutorBook Executors { get; } = new();

    /// <summary>What operations made of the agent's resources, and the operations that are not forgotten.</summary>
    public OperationBook Operations { get; } = new(settings);

    /// <summary>Containers that operators launched and nobody has removed.</summary>
    public OperatorContainerBook OperatorContainers { get; } = new();

    /// <summary>Set while an operator drains the agent, until it holds no task.</summary>
    public DrainStarted? Drain { get; private set; }

    /// <summary>Tasks that have not ended.</summary>
    public int LiveTasks { get; private set; }

    /// <summary>Something runs here, or is being ended.</summary>
    public bool HoldsAnything => LiveTasks > 0 || Executors.Count > 0;

    public AgentTask? Find(ContainerId container) => _byContainer.GetValueOrDefault(container);

    public AgentTask? Find(TaskKey key) => Tasks.GetValueOrDefault(key);

    /// <summary>Whether a task with this key has run here and is still remembered.</summary>
    public bool HasFinished(TaskKey key) => _frameworks.HasFinished(key);

    /// <summary>Sandboxes whose tasks have been forgotten since the last call.</summary>
    public IReadOnlyList<SandboxPath> TakeForgotten() => _frameworks.TakeForgotten();

    /// <summary>Used by the snapshot's restoration.</summary>
    internal void Retain(SandboxPath sandbox, long endedNanoseconds) => _frameworks.Retire(sandbox, endedNanoseconds);

    public void Apply(IMessage @event)
    {
        switch (@event)
        {
            case AgentRegistered registered:
                Id = AgentId.From(registered.AgentId);
                Configured = registered.Configured;
                break;
            case AgentConfigured configured:
                Configured = configured;
                break;
            case MasterFollowed followed:
                Followed = followed;
                break;
            case AgentRetired:
                Id = null;
                Configured = null;
                Drain = null;
                Silence(Tasks.Values.ToList(), Executors.Live);
                Operations.Silence(null);
                break;
            case FrameworkKnown known:
                _frameworks.Know(known.FrameworkInfo);
                break;
            case TaskAdmitted admitted:
                Add(AgentTasks.Of(admitted));
                LiveTasks++;
                break;
            case ExecutorAdmitted admitted:
                Add(new AgentExecutor(admitted));
                break;
            case ExecutorEngaged engaged:
                Executors.Get(engaged.FrameworkId, engaged.ExecutorId).Engaged = true;
                break;
            case ExecutorShutdownRequested requested:
                Executors.Get(requested.FrameworkId, requested.ExecutorId).ShuttingDown = true;
                break;
            case ExecutorEnded ended:
                End(Executors.Get(ended.FrameworkId, ended.ExecutorId), ended.EndedNanoseconds);
                break;
            case UpdateQueued queued:
                Queue(Get(queued.FrameworkId, queued.Status.TaskId), queued.Status);
                break;
            case UpdateAcknowledged acknowledged:
                Acknowledge(Get(acknowledged.FrameworkId, acknowledged.TaskId));
                break;
            case KillRequested kill:
                Request(Get(kill.FrameworkId, kill.TaskId), kill);
                break;
            case FrameworkShutDown shutDown:
                Silence(TasksOf(FrameworkId.From(shutDown.FrameworkId)), Executors.Of(FrameworkId.From(shutDown.FrameworkId)));
                break;
            case TaskEndedSilently ended:
                EndSilently(Get(ended.FrameworkId, ended.TaskId), ended.EndedNanoseconds);
                break;
            case SandboxesExpired expired:
                _frameworks.Expire(expired.BeforeNanoseconds);
                break;
            case DrainStarted started:
                Drain = started;
                break;
            case OperationApplied applied:
                Operations.Apply(applied);
                break;
            case OperationRefused refused:
                Operations.Apply(refused);
                break;
            case OperationEnded ended:
                Operations.Apply(ended);
                break;
            case OperationAcknowledged acknowledged:
                Operations.Apply(acknowledged);
                break;
            case OperationsSilenced silenced:
                Operations.Silence(FrameworkId.From(silenced.FrameworkId));
                break;
            case OperatorContainerLaunched or OperatorContainerEnded or OperatorContainersRemoved:
                OperatorContainers.Apply(@event);
                break;
            case AgentSnapshot snapshot:
                Invariant.Check(Tasks.Count == 0 && Frameworks.Count == 0, "a snapshot starts a recovery");
                AgentSnapshots.Restore(snapshot, this);
                Configured = snapshot.Configured;
                Followed = snapshot.Followed;
                Operations.Restore(snapshot);
                OperatorContainers.Restore(snapshot);
                break;
            default:
                Invariant.Fail($"the agent's state knows no event {@event.Descriptor.Name}");
                break;
        }
    }

    public List<AgentTask> TasksOf(FrameworkId framework) =>
        Tasks.Values.Where(task => task.Key.Framework == framework).ToList();

    /// <summary>Used by the snapshot's restoration.</summary>
    internal void Restore(
        AgentId? id, DrainStarted? drain, IEnumerable<FrameworkRecord> frameworks, IEnumerable<AgentExecutor> executors,
        IEnumerable<AgentTask> tasks)
    {
        Id = id;
        Drain = drain;
        foreach (var framework in frameworks)
        {
            Frameworks.Add(FrameworkId.From(framework.Info.Id), framework);
        }
        foreach (var executor in executors)
        {
            Add(executor);
        }
        foreach (var task in tasks)
        {
            Add(task);
            LiveTasks += task.Ended ? 0 : 1;
        }
    }

    private void Add(AgentTask task)
    {
        Tasks.Add(task.Key, task);
        if (!task.SharesContainer)
        {
            _byContainer.Add(task.Container, task);
        }
        Executors.Add(task);
        Frameworks[task.Key.Framework].LiveTasks++;
    }

    private void Add(AgentExecutor executor)
    {
        Executors.Add(executor);
        Frameworks[executor.Key.Framework].LiveExecutors++;
    }

    private void Queue(AgentTask task, TaskStatus status)
    {
        Invariant.Check(!task.Ended, "an ended task changes no more");
        task.Add(status);
        if (task.Ended)
        {
            LiveTasks--;
        }
    }

    private void Acknowledge(AgentTask task)
    {
        var acknowledged = task.Pending[0];
        task.Pending.RemoveAt(0);
        if (task.Ended && task.Pending.Count == 0)
        {
            Finish(task, (long)(acknowledged.Timestamp * 1e9));
        }
    }

    private static void Request(AgentTask task, KillRequested kill) =>
        task.Kill = new KillIntent(task.Kill?.Cause ?? kill.Cause, TimeSpan.FromTicks(kill.GraceNanoseconds / TimeSpan.NanosecondsPerTick));

    private void Silence(List<AgentTask> tasks, IEnumerable<AgentExecutor> executors)
    {
        foreach (var executor in executors)
        {
            executor.Silenced = executor.ShuttingDown = true;
        }
        foreach (var task in tasks)
        {
            task.Silenced = true;
            task.Pending.Clear();
            if (task.Ended)
            {
                Finish(task, (long)(task.Statuses[^1].Timestamp * 1e9));
            }
        }
    }

    private void EndSilently(AgentTask task, long nanoseconds)
    {
        task.Statuses.Add(new TaskStatus
        {
            TaskId = task.Info.TaskId, AgentId = task.Info.AgentId, State = TaskState.TaskKilled, Timestamp = nanoseconds / 1e9,
        });
        LiveTasks--;
        Finish(task, nanoseconds);
    }

    private void End(AgentExecutor executor, long endedNanoseconds)
    {
        Executors.Remove(executor);
        _frameworks.Ended(executor, endedNanoseconds);
    }

    private void Finish(AgentTask task, long endedNanoseconds)
    {
        Tasks.Remove(task.Key);
        Executors.Remove(task);
        if (!task.SharesContainer)
        {
            _byContainer.Remove(task.Container);
        }
        if (Tasks.Count == 0)
        {
            Drain = null;
        }
        _frameworks.Finished(task, endedNanoseconds);
    }

    private AgentTask Get(FrameworkID framework, TaskID task)
    {
        var found = Find(new TaskKey(FrameworkId.From(framework), TaskId.From(task)));
        Invariant.Check(found is not null, "the journal speaks of a task that was admitted and not yet forgotten");
        return found;
    }
}
