using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Checks;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Something that runs containers of one kind. What becomes of each container is told by messages: how it began, exactly once
/// (started, launch failed, never started) unless it has ended already, and its exit, once. No call blocks; none throws for what
/// a container or its engine does.
/// </summary>
internal interface IContainerRuntime : IAsyncDisposable
{
    /// <summary>Faults when the runtime fails unexpectedly: the agent cannot go on without it.</summary>
    Task Completion { get; }

    void Launch(ContainerSpec spec);

    /// <summary>Once, before anything else: takes over what an earlier process left; see <see cref="RecoverContainers"/>.</summary>
    /// <param name="wanted">Those of this runtime's kind. Whatever else it finds belongs to nobody and is killed.</param>
    void Recover(IReadOnlyList<ContainerSpec> wanted);

    void Signal(ContainerId id, ContainerSignal signal);

    /// <summary>Sends the main process a signal, given by its number.</summary>
    void Send(ContainerId id, int signal);

    /// <summary>
    /// It need not start any more; see <see cref="CancelLaunch"/>. Nothing to do for a runtime that starts containers at once.
    /// </summary>
    void Cancel(ContainerId id)
    {
    }

    /// <summary>How its containers are looked into; null: checks see what the agent itself sees, and commands cannot be run.</summary>
    IContainerChecks? Checks => null;

    void Update(ContainerId id, ContainerLimits limits);

    /// <summary>The container has ended and its end is durable.</summary>
    void Forget(ContainerId id);
}
