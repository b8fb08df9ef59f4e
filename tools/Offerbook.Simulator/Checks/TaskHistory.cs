using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Client.Scheduling;
using TaskStatus = Mesos.V1.TaskStatus;
using SchedulerEvent = Mesos.V1.Scheduler.Event;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// The states of each task as one framework hears them: they only move forward, and an end is final. A task that was given up as
/// UNREACHABLE, LOST or UNKNOWN may come back to where it was.
/// </summary>
public sealed class TaskHistory(string framework)
{
    private readonly Dictionary<string, TaskState> _furthest = new(StringComparer.Ordinal);

    private readonly Dictionary<string, TaskStatus> _last = new(StringComparer.Ordinal);

    private readonly Dictionary<string, HashSet<Google.Protobuf.ByteString>> _ends = new(StringComparer.Ordinal);

    public long Updates { get; private set; }

    /// <summary>How many different updates have told a task's end.</summary>
    public int EndsOf(string task) => _ends.GetValueOrDefault(task)?.Count ?? 0;

    /// <summary>What the framework heard last of a task.</summary>
    public TaskStatus? Last(string task) => _last.GetValueOrDefault(task);

    public void Hear(SchedulerSignal signal)
    {
        if (signal is SchedulerSignal.EventReceived { Event.Type: SchedulerEvent.Types.Type.Update } received)
        {
            Hear(received.Event.Update.Status);
        }
    }

    private void Hear(TaskStatus status)
    {
        Updates++;
        _last[status.TaskId.Value] = status;
        if (Rank(status.State) is not { } rank || IsShrug(status))
        {
            return;
        }
        var task = status.TaskId.Value;
        if (_furthest.TryGetValue(task, out var before))
        {
            var reached = Rank(before)!.Value;
            Invariant.Check(reached < End || status.State == before,
                $"I6: {framework} hears that {task} is {status.State} after it was {before} ({(status.HasReason ? status.Reason : "no reason")} from {status.Source}: {status.Message})");
            Invariant.Check(rank >= reached,
                $"I6: {framework} hears that {task} goes back from {before} to {status.State} ({(status.HasReason ? status.Reason : "no reason")} from {status.Source}: {status.Message})");
        }
        _furthest[task] = status.State;
        if (rank == End && status.HasUuid)
        {
            (_ends.TryGetValue(task, out var ends) ? ends : _ends[task] = []).Add(status.Uuid);
        }
    }

    /// <summary>
    /// The answer to a question about a task that the master does not know, perhaps because it has ended: what it says is where the
    /// agent is, registered or gone.
    /// </summary>
    private static bool IsShrug(TaskStatus status) => status is
    {
        State: TaskState.TaskGone or TaskState.TaskGoneByOperator, HasReason: true, Reason: TaskStatus.Types.Reason.Reconciliation,
        Source: TaskStatus.Types.Source.Master,
    };

    private const int End = 5;

    /// <summary>Null for the states that say only that the task is out of sight.</summary>
    private static int? Rank(TaskState state) => state switch
    {
        TaskState.TaskStaging => 1,
        TaskState.TaskStarting => 2,
        TaskState.TaskRunning => 3,
        TaskState.TaskKilling => 4,
        TaskState.TaskUnreachable or TaskState.TaskLost or TaskState.TaskUnknown => null,
        _ => End,
    };
}
