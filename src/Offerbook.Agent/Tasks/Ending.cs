using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Reason = Mesos.V1.TaskStatus.Types.Reason;
using Source = Mesos.V1.TaskStatus.Types.Source;

namespace Offerbook.Agent.Tasks;

/// <summary>What a task's end is called, given how its process ended and whether the task was being killed (semantics 4.5, 4.6).</summary>
internal readonly record struct Ending(TaskState State, Source Source, string Message, Reason? Reason, bool? Healthy)
{
    /// <summary>What it used too much of, and how much, when that is why it ended.</summary>
    public TaskResourceLimitation? Limitation { get; init; }

    public static Ending Of(ContainerExit exit, KillIntent? kill)
    {
        var message = Describe(exit);
        return kill?.Cause switch
        {
            // A task that exits 0 while it is being killed is still KILLED: the kill is what ended it.
            KillCause.Health => new Ending(TaskState.TaskKilled, Source.Executor, message, null, false),
            KillCause.CompletionTime => new Ending(
                TaskState.TaskFailed, Source.Executor, message, TaskStatus.Types.Reason.MaxCompletionTimeReached, null),
            KillCause.Group or KillCause.Executor when exit is ContainerExit.Vanished => OnItsOwn(exit, message),
            KillCause.Executor => new Ending(
                TaskState.TaskFailed, Source.Agent, "Executor terminated", TaskStatus.Types.Reason.ExecutorTerminated, null),
            not null => new Ending(TaskState.TaskKilled, Source.Executor, message, null, null),
            null => OnItsOwn(exit, message),
        };
    }

    private static Ending OnItsOwn(ContainerExit exit, string message) => exit switch
    {
        ContainerExit.Exited { Code: 0 } => new Ending(TaskState.TaskFinished, Source.Executor, message, null, null),
        ContainerExit.Vanished => new Ending(
            TaskState.TaskFailed, Source.Agent, message, TaskStatus.Types.Reason.ExecutorTerminated, null),
        ContainerExit.OverLimit over => new Ending(TaskState.TaskFailed, Source.Agent, message, ReasonOf(over.Resource), null)
        {
            Limitation = LimitationOf(over),
        },
        _ => new Ending(TaskState.TaskFailed, Source.Executor, message, null, null),
    };

    private static Reason ReasonOf(LimitedResource resource) => resource switch
    {
        LimitedResource.Memory => TaskStatus.Types.Reason.ContainerLimitationMemory,
        LimitedResource.Disk => TaskStatus.Types.Reason.ContainerLimitationDisk,
        _ => throw new InvalidOperationException("a limit on an unknown resource"),
    };

    private static TaskResourceLimitation LimitationOf(ContainerExit.OverLimit over)
    {
        var limitation = new TaskResourceLimitation();
        limitation.Resources.Add(new Resource
        {
            Name = over.Resource == LimitedResource.Memory ? "mem" : "disk",
            Type = Value.Types.Type.Scalar,
            Scalar = new Value.Types.Scalar { Value = over.Megabytes },
        });
        return limitation;
    }

    private static string Describe(ContainerExit exit) => exit switch
    {
        ContainerExit.Exited { Code: 126 } =>
            "Command exited with status 126 (the shell's sign for: found but not executable; see stderr in the sandbox)",
        ContainerExit.Exited { Code: 127 } =>
            "Command exited with status 127 (the shell's sign for: command not found; see stderr in the sandbox)",
        ContainerExit.Exited exited => $"Command exited with status {exited.Code}",
        ContainerExit.Signaled signaled => $"Command terminated with signal {SignalNames.Of(signaled.Signal)}",
        ContainerExit.Vanished vanished => vanished.Why,
        ContainerExit.OverLimit over => over.Message,
        _ => throw new InvalidOperationException("a container exit of an unknown kind"),
    };
}
