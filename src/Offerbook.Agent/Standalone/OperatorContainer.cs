using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Sandbox;
using Offerbook.Agent.Tasks;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Standalone;

/// <summary>
/// A container that an operator launched: <see cref="Launched"/> and <see cref="Ended"/> are durable, the rest is of the present.
/// </summary>
internal sealed class OperatorContainer(OperatorContainerLaunched launched)
{
    public ContainerId Id { get; } = new(launched.ContainerId);

    public OperatorContainerLaunched Launched => launched;

    /// <summary>Set once no process of it is left and none will start.</summary>
    public OperatorContainerEnded? Ended { get; set; }

    public SandboxPath Sandbox { get; } = launched.ExecutorId is { } executor
        ? new SandboxPath(AgentId.From(launched.AgentId), FrameworkId.From(launched.FrameworkId), ExecutorId.From(executor),
            new(launched.ContainerId))
        : SandboxPath.Alone(new(launched.ContainerId));

    /// <summary>Known from a launch of this process only: sessions are not durable.</summary>
    public ContainerSpec? Session { get; init; }

    public ContainerPhase Phase { get; set; } = ContainerPhase.Unknown;

    /// <summary>0 until it runs.</summary>
    public int Pid { get; set; }

    /// <summary>It is to die, as soon as it can.</summary>
    public bool Doomed { get; set; }

    /// <summary>Who launched it and waits to hear that it runs.</summary>
    public ConnectionId? Launcher { get; set; }

    public OperatorContainerView View() =>
        new(Id, Sandbox, Phase == ContainerPhase.Running ? Pid : null, Ended is not null, Session is not null);
}
