using Mesos.V1;
using Offerbook.Agent.Docker;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Tasks;
using Offerbook.Resources;
using NetworkMode = Mesos.V1.ContainerInfo.Types.DockerInfo.Types.Network;

namespace Offerbook.Agent.Pods;

/// <summary>
/// A pod has one network for all its tasks: the host's, or the one that its executor names. That one is an engine's; a process of the
/// host takes root's rights to join it.
/// </summary>
internal static class PodNetworkChecks
{
    public static LaunchRefusal? Of(ExecutorOrder order, AgentSettings settings)
    {
        var container = order.Executor.Container;
        if (order.Tasks.Select(task => (task, Wanted: OwnNetwork(task.Container))).FirstOrDefault(entry =>
            entry.Wanted is not null) is { task: { } greedy, Wanted: { } wanted })
        {
            return Failed(
                $"its task '{greedy.TaskId.Value}' wants the network '{wanted}', and the tasks of a pod share one; name it in the executor's network_infos");
        }
        var names = (container?.NetworkInfos ?? []).Where(info => info.Name.Length > 0).Select(info => info.Name).ToList();
        if (names.Count > 1)
        {
            return Failed($"its executor joins {names.Count} networks, and a pod joins one");
        }
        var bag = order.Tasks.Aggregate(ResourceReader.Read(order.Executor.Resources).Bag,
            (sum, task) => sum + ResourceReader.Read(task.Resources).Bag);
        if ((container?.NetworkInfos ?? []).SelectMany(info => DockerRefusals.OfMappings(info, bag)).FirstOrDefault() is { } problem)
        {
            return Failed(problem);
        }
        if (names.Count == 0)
        {
            return null;
        }
        if (!settings.MayEnterNetworks && order.Tasks.FirstOrDefault(task => !DockerSpecs.NeedsEngine(task.Container)) is { } plain)
        {
            return Failed(
                $"its task '{plain.TaskId.Value}' has no image, and this agent has no right to put a process into the pod's network "
                + $"'{names[0]}', which takes root (CAP_SYS_ADMIN); run the agent as root, give the task an image, or leave out the network");
        }
        return container!.Volumes.Count > 0 || ResourceReader.Read(order.Executor.Resources).Bag.PersistentVolumes().Any()
            ? Failed($"its executor has volumes, which a pod with a network of its own ('{names[0]}') cannot have; give them to its tasks")
            : container.LinuxInfo is not null || container.RlimitInfo is not null
                ? Failed($"its executor has linux_info or rlimit_info, which a pod with a network of its own ('{names[0]}') cannot have; give them to its tasks")
                : null;
    }

    /// <summary>What a task names for itself alone.</summary>
    private static string? OwnNetwork(ContainerInfo? container) =>
        DockerSpecs.NetworkOf(container)?.Name
        ?? (container is { Type: ContainerInfo.Types.Type.Docker,
            Docker: { HasNetwork: true, Network: not NetworkMode.Host and var mode } } ? $"{mode}".ToUpperInvariant() : null);

    private static LaunchRefusal Failed(string why) => LaunchRefusal.Failed("This agent cannot run the task group: " + why);
}
