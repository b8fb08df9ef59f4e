using Offerbook.Agent.Tasks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Executors;

/// <summary>What is known of an executor only while the agent runs; rebuilt after a restart, when its container answers and it subscribes anew.</summary>
internal sealed class ExecutorRuntime
{
    /// <summary>Of the container.</summary>
    public ContainerPhase Phase { get; set; } = ContainerPhase.Unknown;

    /// <summary>The stream of its newest subscription; null while it has none.</summary>
    public ConnectionId? Stream { get; set; }

    public bool Subscribed => Stream is not null;

    /// <summary>What the executor itself is accounted for, without its tasks.</summary>
    public ResourceBag Resources { get; set; } = ResourceBag.Empty;

    /// <summary>Launches that wait for the executor to subscribe, in order.</summary>
    public LinkedList<QueuedLaunch> Queue { get; } = new();
}

/// <summary>One LAUNCH or LAUNCH_GROUP event to be.</summary>
/// <param name="IsGroup">The tasks are one group: all are delivered in one event, or none is.</param>
internal sealed record QueuedLaunch(IReadOnlyList<AgentTask> Tasks, bool IsGroup);
