using Offerbook.Actors;
using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Operations;
using Offerbook.Agent.Sandbox;
using Offerbook.Agent.Standalone;
using Offerbook.Wire.AgentProtocol;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent;

// Everything that an agent's core wants done, besides Persist, SaveSnapshot and timers.

/// <summary>
/// Close the connection before, if any, and open the next with this SUBSCRIBE call. Its events come as
/// <see cref="AgentMessage.MasterEventReceived"/>, its end (or failure to open) as one <see cref="AgentMessage.MasterConnectionEnded"/>.
/// </summary>
public sealed record ConnectToMaster(long Connection, Call Subscribe) : IEffect;

/// <summary>Close the connection if it is still the newest. No message answers.</summary>
public sealed record DisconnectFromMaster(long Connection) : IEffect;

/// <summary>Send a call on the connection. Calls are sent one after the other, in order.</summary>
public sealed record CallMaster(long Connection, Call Call) : IEffect;

/// <summary>Start the container. Answered with ContainerStarted or ContainerLaunchFailed, then with ContainerExited.</summary>
public sealed record LaunchContainer(ContainerSpec Spec) : IEffect;

/// <summary>
/// The first effect after a start: find out what became of these containers, each of which answers with ContainerStarted,
/// ContainerExited or ContainerNeverStarted. Containers that are not listed belong to nobody and are killed.
/// </summary>
public sealed record RecoverContainers(IReadOnlyList<ContainerSpec> Containers) : IEffect;

/// <summary>Ask the container's process group to end (SIGTERM), or make the whole of its session end (SIGKILL).</summary>
public sealed record SignalContainer(ContainerId Container, ContainerSignal Signal) : IEffect;

/// <summary>Send the container's main process a signal. One that has ended is no error.</summary>
/// <param name="Signal">Its number on Linux, above 0.</param>
public sealed record SendSignal(ContainerId Container, int Signal) : IEffect;

/// <summary>
/// A container that has not started need not start any more: what is fetched or pulled for it is given up, and the answer is
/// ContainerLaunchFailed. One that starts already, runs or has ended is left alone.
/// </summary>
public sealed record CancelLaunch(ContainerId Container) : IEffect;

/// <summary>A running container may use more or less from now on. No message answers; one that has ended is no error.</summary>
public sealed record UpdateContainer(ContainerId Container, ContainerLimits Limits) : IEffect;

public enum ContainerSignal
{
    Terminate,
    Kill,
}

/// <summary>The container has ended and its end is durable: what was kept on disk to recover it can go. Its sandbox stays.</summary>
public sealed record ForgetContainer(ContainerId Container) : IEffect;

/// <summary>Probe once and answer with CheckFinished with the same number.</summary>
public sealed record RunCheck(ContainerId Container, CheckPurpose Purpose, long Number, CheckSpec Check) : IEffect;

/// <summary>Delete a finished container's sandbox. One that is already gone is no error.</summary>
public sealed record RemoveSandbox(SandboxPath Sandbox) : IEffect;

/// <summary>Find out how full the disk is on which sandboxes lie. Answered with DiskMeasured.</summary>
public sealed record MeasureDisk : IEffect;

/// <summary>Find out what a finished sandbox holds. Answered with SandboxMeasured.</summary>
public sealed record MeasureSandbox(SandboxPath Sandbox) : IEffect;

/// <summary>
/// Make the directories of volumes. Answered with VolumesReady; orders about volumes are carried out one after the other.
/// </summary>
public sealed record CreateVolumes(Guid Operation, IReadOnlyList<VolumePath> Volumes) : IEffect;

/// <summary>
/// Remove the directories of volumes with all that is in them; those that are not there are no error. Answered with VolumesReady.
/// </summary>
public sealed record RemoveVolumes(Guid Operation, IReadOnlyList<VolumePath> Volumes) : IEffect;

public sealed record ReplyView(ConnectionId Connection, AgentView View) : IEffect;

/// <summary>Answers <see cref="AgentMessage.ContainerCallReceived"/>; sent when what was decided is durable.</summary>
public sealed record ReplyContainerCall(ConnectionId Connection, ContainerReply Reply) : IEffect;

public sealed record ReplyAllTasksEnded(ConnectionId Connection) : IEffect;
