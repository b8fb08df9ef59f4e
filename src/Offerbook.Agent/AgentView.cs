using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Sandbox;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent;

/// <summary>An agent's state at one moment, for endpoints, metrics and tests. Holds copies: the core goes on without it.</summary>
/// <param name="Id">Null before the first registration.</param>
/// <param name="Registered">Whether a master has taken the agent on the present connection.</param>
/// <param name="Recovering">Whether containers are still being found after a start.</param>
/// <param name="Counters">What has happened since the process started.</param>
public sealed record AgentView(
    AgentId? Id,
    bool Registered,
    bool Recovering,
    MasterInfo? Master,
    AgentInfo Info,
    IReadOnlyList<FrameworkView> Frameworks,
    AgentCounters Counters)
{
    /// <summary>What the agent has, in the form that operations have given it, with what is revocable.</summary>
    public required ResourceBag Total { get; init; }

    /// <summary>Under way, or their end is not acknowledged; in the order in which they came.</summary>
    public IReadOnlyList<Operation> Operations { get; init; } = [];

    /// <summary>What operators launched and nobody removed, ended ones too.</summary>
    public IReadOnlyList<OperatorContainerView> OperatorContainers { get; init; } = [];

    /// <summary>How long finding the containers took after the start; zero while that goes on.</summary>
    public TimeSpan RecoveryTime { get; init; }

    /// <summary>How old the sandbox of something finished may become with the disk as full as it was last found.</summary>
    public TimeSpan SandboxMaxAllowedAge { get; init; }

    /// <summary>Why the agent can take no new work and is not offered; null when it can.</summary>
    public string? Degraded { get; init; }

    /// <summary>Set while an operator drains the agent.</summary>
    public DrainConfig? Drain { get; init; }

    /// <summary>Wall nanoseconds since the epoch; meaningful while <see cref="Drain"/> is set.</summary>
    public long DrainStartedNanoseconds { get; init; }
}

/// <param name="Pid">Null while it is starting, and once it has ended.</param>
/// <param name="IsSession">A process to look around with, which lasts as long as its connection.</param>
public sealed record OperatorContainerView(ContainerId Container, SandboxPath Sandbox, int? Pid, bool HasEnded, bool IsSession);

/// <param name="Tasks">Not yet forgotten: live ones and those whose last update is unacknowledged.</param>
/// <param name="Finished">Oldest first, bounded by the settings.</param>
public sealed record FrameworkView(FrameworkInfo Info, IReadOnlyList<TaskView> Tasks, IReadOnlyList<TaskView> Finished)
{
    /// <summary>Those that the framework brought and that have not ended; command tasks have none.</summary>
    public IReadOnlyList<ExecutorView> Executors { get; init; } = [];

    /// <summary>Oldest first, bounded by the settings.</summary>
    public IReadOnlyList<ExecutorView> FinishedExecutors { get; init; } = [];

    /// <summary>Nothing of it runs here and nothing waits for an acknowledgement.</summary>
    public bool Completed => Tasks.Count == 0 && Executors.Count == 0;
}

/// <param name="Phase">Where it is in its life.</param>
/// <param name="Queued">Tasks that wait for the executor to subscribe.</param>
public sealed record ExecutorView(
    ExecutorInfo Info, ExecutorKind Kind, ExecutorPhase Phase, SandboxPath Sandbox, IReadOnlyList<TaskId> Queued);

/// <param name="ExecutorName">As Mesos names the executor that it makes up for a command task.</param>
/// <param name="ContainerEnded">No process of the task is left (or ever was).</param>
public sealed record TaskView(
    MesosTask Task, string ExecutorName, ContainerId Container, ExecutorId Executor, SandboxPath Sandbox, bool ContainerEnded)
{
    /// <summary>Why it is not known for the moment what becomes of it; null when it is, or it has ended.</summary>
    public string? Degraded { get; init; }

    /// <summary>Whether it lives in one of the framework's executors; one of a command task is made up.</summary>
    public bool HasExecutor => Task.ExecutorId is not null;
}

/// <summary>Tasks by final state, each counted when it entered the state; <paramref name="Lost"/> holds dropped ones too.</summary>
public readonly record struct AgentCounters(
    long Finished,
    long Failed,
    long Killed,
    long Lost,
    long Gone,
    long LaunchErrors,
    long UpdatesAccepted,
    long RegistrationAttempts)
{
    /// <summary>Command tasks whose container is gone; each counts as an executor of its own.</summary>
    public long CommandsEnded { get; init; }

    /// <summary>Executors that frameworks brought, pods among them, that have ended.</summary>
    public long ExecutorsEnded { get; init; }

    /// <summary>Statuses of executors that were not believed; one that is only sent again is not counted.</summary>
    public long UpdatesRefused { get; init; }

    /// <summary>Between frameworks and executors, in both directions.</summary>
    public long MessagesPassed { get; init; }

    /// <summary>Messages for nobody, or that came while there was no master to pass them on to.</summary>
    public long MessagesDropped { get; init; }
}
