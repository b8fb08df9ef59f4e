using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Standalone;
using Offerbook.Resources;
using Offerbook.Wire.AgentProtocol;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent;

/// <summary>Everything that an agent's core hears.</summary>
public abstract partial record AgentMessage
{
    private AgentMessage()
    {
    }

    // From the master. The core numbers its connections; what arrives on an older one is void.

    public sealed record MasterEventReceived(long Connection, Event Event) : AgentMessage;

    /// <summary>
    /// The stream could not be opened, or has ended. <paramref name="Status"/> is the HTTP status if the master refused it.
    /// </summary>
    public sealed record MasterConnectionEnded(long Connection, int? Status, string Reason) : AgentMessage;

    /// <summary>
    /// The master answered a call with an error, or the answer never came (<paramref name="Status"/> null: it may have been taken).
    /// </summary>
    public sealed record MasterCallFailed(long Connection, Call Call, int? Status, string Reason) : AgentMessage;

    // From the containers. Each container that was launched or recovered answers exactly once with how it began
    // (started, launch failed, never started) unless it has already exited, and once with its exit.

    /// <summary>The container's main process runs, newly or still (after <see cref="RecoverContainers"/>).</summary>
    /// <param name="Pid">Of the main process, which leads its own session and process group.</param>
    public sealed record ContainerStarted(ContainerId Container, int Pid) : AgentMessage
    {
        /// <summary>The container's own addresses; empty when it uses the host's.</summary>
        public IReadOnlyList<string> Addresses { get; init; } = [];
    }

    public sealed record ContainerLaunchFailed(ContainerId Container, string Reason) : AgentMessage;

    public sealed record ContainerExited(ContainerId Container, ContainerExit Exit) : AgentMessage;

    /// <summary>The answer to <see cref="RecoverContainers"/> for one that had not begun when the agent died, and now never will.</summary>
    public sealed record ContainerNeverStarted(ContainerId Container) : AgentMessage;

    public sealed record CheckFinished(ContainerId Container, CheckPurpose Purpose, long Number, CheckResult Result) : AgentMessage;

    /// <summary>The directories of an operation's volumes are as they should be, or why they are not.</summary>
    public sealed record VolumesReady(Guid Operation, string? Problem) : AgentMessage;

    /// <summary>How full the disk is on which sandboxes lie.</summary>
    /// <param name="UsedFraction">0 to 1.</param>
    public sealed record DiskMeasured(double UsedFraction) : AgentMessage;

    /// <summary>What a finished container's sandbox holds; 0 when it is gone.</summary>
    public sealed record SandboxMeasured(ContainerId Container, long Bytes) : AgentMessage;

    /// <summary>What is revocable on this machine has changed; the whole of it.</summary>
    public sealed record RevocableEstimated(ResourceBag Resources) : AgentMessage;

    /// <summary>What runs containers for this agent does not answer, or does again.</summary>
    /// <param name="Problem">For people; null when all is well.</param>
    public sealed record EngineChanged(string? Problem) : AgentMessage;

    /// <summary>What becomes of a container is not known for the moment, or is again. Its end is told in any case.</summary>
    /// <param name="Why">Null when it is known.</param>
    public sealed record ContainerDegraded(ContainerId Container, string? Why) : AgentMessage;

    // Requests.

    /// <summary>Answered with <see cref="ReplyView"/>.</summary>
    public sealed record QueryView(ConnectionId Connection) : AgentMessage;

    /// <summary>
    /// Kill every task and take no more; answered with <see cref="ReplyAllTasksEnded"/> when the last container has ended.
    /// </summary>
    public sealed record KillAllTasks(ConnectionId Connection, TimeSpan Grace) : AgentMessage;

    /// <summary>What an operator wants of containers; answered once with <see cref="ReplyContainerCall"/>.</summary>
    public sealed record ContainerCallReceived(ConnectionId Connection, ContainerCall Call) : AgentMessage;

    /// <summary>Who made the call has left: it is not answered any more. What it has begun goes on.</summary>
    public sealed record ContainerCallAbandoned(ConnectionId Connection) : AgentMessage;

    // Timers.

    public sealed record OperatorContainerKillDue(ContainerId Container) : AgentMessage;

    public sealed record RegistrationBackedOff : AgentMessage;

    /// <summary>Another master leads than the one that the agent is connected to, or tries to reach.</summary>
    public sealed record MasterElected : AgentMessage;

    public sealed record SubscribeTimedOut(long Connection) : AgentMessage;

    public sealed record PingTimedOut(long Connection) : AgentMessage;

    public sealed record UpdateRetryDue(FrameworkId Framework, TaskId Task) : AgentMessage;

    public sealed record OperationRetryDue(Guid Operation) : AgentMessage;

    public sealed record KillGraceExpired(ContainerId Container) : AgentMessage;

    public sealed record CompletionTimeReached(ContainerId Container) : AgentMessage;

    public sealed record CheckDue(ContainerId Container, CheckPurpose Purpose) : AgentMessage;

    public sealed record SandboxReviewDue : AgentMessage;
}
