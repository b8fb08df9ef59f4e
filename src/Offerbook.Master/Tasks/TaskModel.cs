using System.Collections.Immutable;
using Google.Protobuf;
using Mesos.V1;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tasks;

/// <summary>What the master knows of one task at one moment; replaced, never changed, so that views share it.</summary>
/// <param name="Spec">Everything that does not change: name, ids, resources, labels … Its state and statuses mean nothing.</param>
/// <param name="State">The latest state known. Resources are free when it is terminal.</param>
/// <param name="Statuses">What was reported, without data; the last one of each run of equal states.</param>
/// <param name="ForwardedState">The state last sent to the framework by its agent, and <paramref name="ForwardedUuid"/> what must be
/// acknowledged.</param>
public sealed record TaskModel(
    MesosTask Spec, FrameworkId Framework, AgentId Agent, TaskId Id, ExecutorId? Executor, ResourceBag Resources,
    TaskState State, ImmutableArray<TaskStatus> Statuses, TaskState? ForwardedState, ByteString? ForwardedUuid)
{
    /// <summary>Statuses kept for one task: far more than its states, and a bound when it flaps between two.</summary>
    private const int MaxStatuses = 32;

    public bool IsTerminal => TaskStates.IsTerminal(State);

    public TaskModel WithStatus(TaskStatus status)
    {
        var kept = status;
        if (status.HasData)
        {
            kept = status.Clone();
            kept.ClearData();
        }
        if (!Statuses.IsEmpty && Statuses[^1].State == status.State)
        {
            return this with { Statuses = Statuses.SetItem(Statuses.Length - 1, kept) };
        }
        var statuses = Statuses.Length < MaxStatuses ? Statuses : Statuses.RemoveAt(0);
        return this with { Statuses = statuses.Add(kept) };
    }

    /// <summary>
    /// The task as its agent's loss leaves it. An end that was known stays, whatever was said of it; TASK_LOST is what frameworks
    /// without PARTITION_AWARE were told of a task out of reach, and no end.
    /// </summary>
    public TaskModel LostAs(TaskStatus status) =>
        WithStatus(status) with { State = IsTerminal && State != TaskState.TaskLost ? State : status.State };

    /// <summary>The message that operators see. It shares what is inside with this model: it must not be changed.</summary>
    public MesosTask ToProto()
    {
        var task = new MesosTask();
        WriteTo(task);
        return task;
    }

    /// <summary>Makes a message show this task and nothing else; what is inside is shared.</summary>
    public void WriteTo(MesosTask task)
    {
        task.Name = Spec.Name;
        task.TaskId = Spec.TaskId;
        task.FrameworkId = Spec.FrameworkId;
        task.ExecutorId = Spec.ExecutorId;
        task.AgentId = Spec.AgentId;
        task.State = State;
        task.Resources.Clear();
        task.Resources.Add(Spec.Resources);
        task.Statuses.Clear();
        foreach (var status in Statuses)
        {
            task.Statuses.Add(status);
        }
        task.ClearStatusUpdateState();
        task.ClearStatusUpdateUuid();
        if (ForwardedState is { } forwarded)
        {
            task.StatusUpdateState = forwarded;
        }
        if (ForwardedUuid is { } uuid)
        {
            task.StatusUpdateUuid = uuid;
        }
        task.Labels = Spec.Labels;
        task.Discovery = Spec.Discovery;
        task.Container = Spec.Container;
        task.HealthCheck = Spec.HealthCheck;
        task.KillPolicy = Spec.KillPolicy;
        task.ClearUser();
        if (Spec.HasUser)
        {
            task.User = Spec.User;
        }
        task.Limits.Clear();
        if (Spec.Limits.Count > 0)
        {
            task.Limits.Add(Spec.Limits);
        }
    }
}
