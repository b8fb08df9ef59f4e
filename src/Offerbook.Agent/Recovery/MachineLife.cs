using Google.Protobuf;
using Offerbook.Agent.Tasks;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Recovery;

/// <summary>
/// What an agent's machine takes along when it stops: every process on it. So what is written of a task before its end has to outlive the
/// agent only, and is not waited for on the disk; after a restart of the machine the newest of it may be missing.
///
/// <code>
///   journal   ───── synced ─────┬─ admitted, STARTING, RUNNING, acknowledged, to be killed ─┐ ends, all else
///   after the agent's death     │ all of it                                                 │
///   after the machine's         │ a beginning of it, and no process                         │
/// </code>
///
/// What is missing then is missing in order, since whatever is synced takes along what was written before it: a task that was admitted may
/// be unknown (the master hears so when it asks), and an acknowledgement may be forgotten. A state that is not the end may thus have been
/// told without its acknowledgement being known, and others after it: none of those is told again.
/// </summary>
internal static class MachineLife
{
    /// <param name="before">The state before the event.</param>
    public static bool Ends(IMessage @event, AgentState before) => @event switch
    {
        // After a loss of power the end of a run that was acknowledged may wait again: it must not be taken for that of the task's next run.
        TaskAdmitted admitted => !before.HasFinished(new TaskKey(FrameworkId.From(admitted.FrameworkId), TaskId.From(admitted.Task.TaskId))),
        UpdateQueued queued => !TaskStates.IsTerminal(queued.Status.State),
        ExecutorAdmitted or ExecutorEngaged or ExecutorShutdownRequested or KillRequested or UpdateAcknowledged => true,
        _ => false,
    };

    /// <summary>Whether the journal was written before the machine was restarted. Not known of one without a configuration.</summary>
    public static bool IsOver(AgentContext context) =>
        context.State.Configured is { } before && before.BootId != context.Settings.BootId;

    /// <summary>Takes everything that was not the end of a task for acknowledged.</summary>
    public static void Bury(AgentContext context)
    {
        foreach (var task in context.State.Tasks.Values)
        {
            while (task.Pending is [var oldest, ..] && !TaskStates.IsTerminal(oldest.State))
            {
                context.Record(new UpdateAcknowledged { FrameworkId = task.Key.Framework.ToProto(), TaskId = task.Key.Task.ToProto() });
            }
        }
    }
}
