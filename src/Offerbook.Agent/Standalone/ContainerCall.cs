using Mesos.V1;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Standalone;

/// <summary>What operators, and executors, ask of containers (API section 6). Its ids are fit to be names of files.</summary>
public abstract record ContainerCall
{
    private ContainerCall(ContainerId container) => Container = container;

    public ContainerId Container { get; }

    /// <summary>Start a container, within another if its id says so.</summary>
    /// <param name="Command">Empty when nothing was said.</param>
    public sealed record Launch(ContainerId Container, CommandInfo Command) : ContainerCall(Container)
    {
        public ContainerInfo? Info { get; init; }

        public IReadOnlyList<Resource> Resources { get; init; } = [];

        /// <summary>By the name of the resource; infinity for none.</summary>
        public IReadOnlyList<KeyValuePair<string, double>> Limits { get; init; } = [];

        /// <summary>
        /// A process to look around with: shares the environment too, is not durable, and lasts as long as its connection.
        /// </summary>
        public bool IsSession { get; init; }
    }

    /// <summary>Answered when the container has ended.</summary>
    public sealed record Wait(ContainerId Container) : ContainerCall(Container);

    /// <param name="Signal">The signal's number; SIGKILL ends what lies in the container too.</param>
    public sealed record Kill(ContainerId Container, int Signal) : ContainerCall(Container);

    /// <summary>Forget an ended container, and remove its sandbox.</summary>
    public sealed record Remove(ContainerId Container) : ContainerCall(Container);
}
