using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Batch.Events;
using Offerbook.Batch.Jobs;
using MesosTaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Batch.Core;

/// <summary>What a task's status means for its run. The one place that says which ends use up a retry.</summary>
internal static class StatusJudge
{
    /// <returns>The event to record; null when the status changes nothing.</returns>
    public static BatchEvent? Judge(Job job, int number, Run run, MesosTaskStatus status, Now now)
    {
        switch (status.State)
        {
            case TaskState.TaskStaging or TaskState.TaskStarting or TaskState.TaskKilling:
                // Seen again, though not running yet: a task that was unreachable is as good as running.
                return run.State == RunState.Unreachable ? new BatchEvent.RunStarted(job.Serial, number, now.Wall) : null;
            case TaskState.TaskRunning:
                return run.State == RunState.Running ? null : new BatchEvent.RunStarted(job.Serial, number, now.Wall);
            case TaskState.TaskUnreachable:
                return run.State == RunState.Unreachable ? null : new BatchEvent.RunUnreachable(job.Serial, number, now.Wall);
            case TaskState.TaskFinished:
                return Ended(AttemptEnd.Finished);
            case TaskState.TaskFailed or TaskState.TaskKilled:
                return Ended(AttemptEnd.Failed);
            case TaskState.TaskError:
                return Ended(AttemptEnd.Impossible);
            case TaskState.TaskLost or TaskState.TaskDropped or TaskState.TaskGone or TaskState.TaskGoneByOperator or TaskState.TaskUnknown:
                return Ended(AttemptEnd.Lost);
            default:
                Invariant.Fail("an unknown task state: " + status.State);
                return null;
        }

        BatchEvent.AttemptEnded Ended(AttemptEnd end) => new(job.Serial, number, end, Describe(status), now.Wall);
    }

    public static bool IsTerminal(TaskState state) => state is TaskState.TaskFinished or TaskState.TaskFailed or TaskState.TaskKilled
        or TaskState.TaskError or TaskState.TaskLost or TaskState.TaskDropped or TaskState.TaskGone or TaskState.TaskGoneByOperator
        or TaskState.TaskUnknown;

    private static string Describe(MesosTaskStatus status)
    {
        var text = StateNames.Of(status.State) + (status.HasMessage && status.Message.Length > 0 ? ": " + status.Message : "");
        return text.Length <= JobLimits.MaxMessageLength ? text : text[..JobLimits.MaxMessageLength];
    }
}
