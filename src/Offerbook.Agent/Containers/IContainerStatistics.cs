using Mesos.V1;

namespace Offerbook.Agent.Containers;

/// <summary>
/// Tells what containers use. Safe to call from any thread; costs a few file reads a container and nothing between calls.
/// </summary>
internal interface IContainerStatistics
{
    /// <summary>
    /// Null when the container is not known here or has ended. Fields that the container's isolation cannot tell are left unset.
    /// </summary>
    ValueTask<ResourceStatistics?> StatisticsAsync(ContainerId container, CancellationToken cancellation);
}
