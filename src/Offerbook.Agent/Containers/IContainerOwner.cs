namespace Offerbook.Agent.Containers;

/// <summary>
/// A part of the core that runs containers: tasks, executors, what operators launch. What a container says goes to the one
/// that owns it, and a start asks each owner which containers should exist.
/// </summary>
internal interface IContainerOwner
{
    bool Owns(ContainerId container);

    /// <summary>After the journal was replayed: every container that should exist, as it would be launched.</summary>
    IEnumerable<ContainerSpec> Recoverable();

    /// <summary>
    /// What a container that is not over was, or would be, launched with; null for one that is not this owner's or is over.
    /// </summary>
    ContainerSpec? SpecOf(ContainerId container) => null;

    void Started(AgentMessage.ContainerStarted started);

    void LaunchFailed(AgentMessage.ContainerLaunchFailed failed);

    void NeverStarted(ContainerId container);

    void Exited(AgentMessage.ContainerExited exited);
}
