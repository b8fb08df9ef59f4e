using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Sandbox;
using Offerbook.Agent.Tasks;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Executors;

/// <summary>
/// An executor that a framework brought: from its admission until its container is gone. All but <see cref="Runtime"/> is durable
/// and changes only by <see cref="AgentState.Apply"/>. Invariant: it outlives its live tasks.
/// </summary>
internal sealed class AgentExecutor
{
    public AgentExecutor(ExecutorAdmitted admitted)
    {
        Admitted = admitted;
        Key = new ExecutorKey(FrameworkId.From(admitted.FrameworkId), ExecutorId.From(admitted.Executor.ExecutorId));
        Sandbox = new SandboxPath(AgentId.From(admitted.AgentId), Key.Framework, Key.Executor, new ContainerId(admitted.ContainerId));
    }

    public ExecutorAdmitted Admitted { get; }

    public ExecutorKey Key { get; }

    public ExecutorInfo Info => Admitted.Executor;

    public ExecutorKind Kind => Info.Type == ExecutorInfo.Types.Type.Default ? ExecutorKind.Default : ExecutorKind.Custom;

    public SandboxPath Sandbox { get; }

    public ContainerId Container => Sandbox.Container;

    /// <summary>Wall time, in nanoseconds since the epoch.</summary>
    public long AdmittedNanoseconds => Admitted.AdmittedNanoseconds;

    /// <summary>Tasks that the agent holds: live ones and those whose last update is unacknowledged.</summary>
    public SortedDictionary<TaskId, AgentTask> Tasks { get; } = [];

    /// <summary>Task groups launched so far; the newest has this number.</summary>
    public long Groups { get; set; }

    /// <summary>It has been sent a task.</summary>
    public bool Engaged { get; set; }

    /// <summary>It is to end and takes no tasks any more.</summary>
    public bool ShuttingDown { get; set; }

    /// <summary>Its framework is gone, or the agent's identity that it was started under: nobody is told of its end.</summary>
    public bool Silenced { get; set; }

    public ExecutorRuntime Runtime { get; } = new();

    public ExecutorPhase Phase => ShuttingDown ? ExecutorPhase.Terminating
        : Runtime.Subscribed || Kind == ExecutorKind.Default ? ExecutorPhase.Running : ExecutorPhase.Registering;

    public IEnumerable<AgentTask> LiveTasks => Tasks.Values.Where(task => !task.Ended);
}
