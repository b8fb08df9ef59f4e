using Offerbook.Agent.Containers;
using Offerbook.Agent.Tasks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Executors;

/// <summary>
/// What is known of an executor only while the agent runs; rebuilt after a restart, when its container answers and it subscribes anew.
/// </summary>
internal sealed class ExecutorRuntime
{
    /// <summary>Of the container.</summary>
    public ContainerPhase Phase { get; set; } = ContainerPhase.Unknown;

    /// <summary>Of the container's main process; 0 before it is known.</summary>
    public int Pid { get; set; }

    /// <summary>The stream of its newest subscription; null while it has none.</summary>
    public ConnectionId? Stream { get; set; }

    public bool Subscribed => Stream is not null;

    /// <summary>It has subscribed since the agent started, and may call even while it has no stream.</summary>
    public bool HasSubscribed { get; set; }

    /// <summary>How long it was given to subscribe.</summary>
    public TimeSpan Patience { get; set; }

    /// <summary>SHUTDOWN was sent, or would have been had it a stream, and its grace period runs.</summary>
    public bool ShutdownBegun { get; set; }

    /// <summary>Why the agent ends it, which is what its tasks' ends are then called.</summary>
    public ExecutorTermination? Termination { get; set; }

    /// <summary>How the container ended before the tasks in it did; null when it never ran.</summary>
    public ContainerExit? Exit { get; set; }

    /// <summary>What the executor itself is accounted for, without its tasks.</summary>
    public ResourceBag Resources { get; set; } = ResourceBag.Empty;

    /// <summary>Launches that wait for the executor to subscribe, in order. Bounded by the tasks that an agent may hold.</summary>
    public LinkedList<QueuedLaunch> Queue { get; } = new();
}
