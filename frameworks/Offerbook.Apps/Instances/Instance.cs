using Mesos.V1;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Volumes;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Instances;

/// <summary>
/// One of an app's instances, as the journal has it. An instance outlives its tasks: when one ends and the goal is still
/// <see cref="Goal.Running"/>, it is scheduled again and its next task has the next incarnation.
/// </summary>
/// <param name="Version">The version of the app that it runs, or will run.</param>
public sealed record Instance(InstanceId Id, PathId App, Timestamp Version, string Role)
{
    public Goal Goal { get; init; } = Goal.Running;

    public Condition Condition { get; init; } = Condition.Scheduled;

    /// <summary>Of a daemon: the only agent on which it may run. Null: any.</summary>
    public AgentId? Agent { get; init; }

    /// <summary>When <see cref="Condition"/> began.</summary>
    public Timestamp Since { get; init; }

    /// <summary>When the instance was first wanted, or wanted again.</summary>
    public Timestamp ScheduledAt { get; init; }

    /// <summary>Number of the newest task; 0 before the first launch.</summary>
    public int Incarnation { get; init; }

    /// <summary>Where the newest task was sent; null while nothing is launched.</summary>
    public Placement? Placement { get; init; }

    /// <summary>The master's last word about the task; null before the first update.</summary>
    public TaskState? MesosState { get; init; }

    public Timestamp? StagedAt { get; init; }

    public Timestamp? StartedAt { get; init; }

    /// <summary>What the agent's own health check says; null: nothing yet.</summary>
    public bool? AgentHealth { get; init; }

    /// <summary>What the app's check last showed; null: nothing yet.</summary>
    public CheckResult? Check { get; init; }

    public ValueList<TaskAddress> Addresses { get; init; } = [];

    /// <summary>Since when the agent has been out of reach.</summary>
    public Timestamp? UnreachableSince { get; init; }

    /// <summary>The newest task is to be killed although the instance is still wanted.</summary>
    public bool KillRequested { get; init; }

    /// <summary>The readiness check has once been passed by the newest task.</summary>
    public bool Ready { get; init; }

    /// <summary>
    /// Results of the framework's health checks, by their place among the app's checks, as of the last change worth writing down.
    /// </summary>
    public ValueList<CheckHealth> Health { get; init; } = [];

    /// <summary>What the instance holds on one agent, also while it has no task; only for resident apps and pods.</summary>
    public Reservation? Reservation { get; init; }

    /// <summary>
    /// The newest tasks of a pod's containers, in the order of its definition; empty for apps and while nothing is launched.
    /// </summary>
    public ValueList<ContainerTask> Containers { get; init; } = [];

    /// <summary>Of an app; of a pod see <see cref="LiveTasks"/>.</summary>
    public TaskId Task => Id.Task(Incarnation);

    /// <summary>
    /// Whether one of its newest tasks is of that name; the only one of an app is called <see cref="InstanceId.AppContainer"/>.
    /// </summary>
    public bool HasTask(string container) => Containers.Count == 0
        ? container == InstanceId.AppContainer
        : Containers.Any(task => task.Name == container);

    /// <summary>The tasks that there are, or may be.</summary>
    public IEnumerable<TaskId> LiveTasks => !IsActive ? []
        : Containers.Count == 0 ? [Task]
        : Containers.Where(container => !container.Condition.IsTerminal()).Select(container => Id.Task(Incarnation, container.Name));

    /// <summary>Its task has ended well, and the app wants it to run once only.</summary>
    public bool IsCompleted => Condition == Condition.Finished;

    public bool IsActive => Condition.IsActive();

    /// <summary>Counts toward the number of instances that the app wants.</summary>
    public bool IsWanted => Goal == Goal.Running && Condition != Condition.UnreachableInactive;

    /// <summary>The task must go, and may still be there.</summary>
    public bool MustDie => IsActive && (Goal != Goal.Running || KillRequested);
}

/// <summary>What a launched task got.</summary>
/// <param name="HostPorts">One for each port definition or mapping, in order; null where a mapping has no host port.</param>
public sealed record Placement(AgentId Agent, AgentLocation Location, ValueList<int?> HostPorts)
{
    public string Host => Location.Host;
}

/// <param name="Protocol"><c>IPv4</c> or <c>IPv6</c>.</param>
public sealed record TaskAddress(string Address, string Protocol);

/// <summary>What one of the app's health checks knows about an instance.</summary>
public sealed record CheckHealth(
    int ConsecutiveFailures = 0,
    Timestamp? FirstSuccess = null,
    Timestamp? LastSuccess = null,
    Timestamp? LastFailure = null,
    string? LastFailureCause = null)
{
    public static CheckHealth None { get; } = new();

    /// <summary>Whether any result has been counted.</summary>
    public bool IsKnown => LastSuccess is not null || LastFailure is not null;

    /// <summary>The last counted result was a success.</summary>
    public bool IsAlive { get; init; }
}
