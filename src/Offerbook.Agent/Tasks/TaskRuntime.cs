using Offerbook.Agent.Checks;
using Offerbook.Resources;

namespace Offerbook.Agent.Tasks;

/// <summary>What is known of a task only while the agent runs; rebuilt after a restart by asking the containers.</summary>
internal sealed class TaskRuntime
{
    public ContainerPhase Phase { get; set; } = ContainerPhase.Unknown;

    /// <summary>What its end is called, whatever its process says: the pod around it ended first.</summary>
    public Ending? Overruling { get; set; }

    /// <summary>When SIGTERM was sent, in elapsed time; null before.</summary>
    public TimeSpan? TerminatedAt { get; set; }

    /// <summary>When SIGKILL is due, in elapsed time.</summary>
    public TimeSpan KillDeadline { get; set; }

    /// <summary>What the task is accounted for; empty once it has ended.</summary>
    public ResourceBag Resources { get; set; } = ResourceBag.Empty;

    public CheckProgress? Health { get; set; }

    public CheckProgress? General { get; set; }

    /// <summary>How long to wait for the outstanding update's acknowledgement before sending it again; null when none is out.</summary>
    public TimeSpan? RetryAfter { get; set; }
}

internal enum ContainerPhase
{
    /// <summary>After a restart, until the container has answered.</summary>
    Unknown,

    /// <summary>Asked to start; not yet heard of.</summary>
    Starting,

    Running,

    /// <summary>Ended, or never to start.</summary>
    Ended,
}
