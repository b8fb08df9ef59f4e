using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Docker;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Tasks;

namespace Offerbook.Agent.Pods;

/// <summary>Derives what a pod's containers need besides what every task's has. Depends on what is durable alone.</summary>
internal static class PodSpecs
{
    /// <summary>68 years: the most seconds that every sleep(1) can count.</summary>
    private static readonly CommandSpec Forever = new CommandSpec.Program("sleep", ["2147483647"]);

    /// <summary>
    /// The container around those of the tasks. What runs in it does nothing, but the pod's control group, namespaces and executor
    /// sandbox are there as long as it is.
    /// </summary>
    public static ContainerSpec Holder(AgentExecutor pod, FrameworkInfo framework, AgentSettings settings) => new(
        pod.Container, pod.Sandbox, Forever, settings.SwitchUser && framework.User is { Length: > 0 } user ? user : null,
        ExecutorEnvironment.Of(framework, pod.Key.Executor, pod.Admitted.AgentId, pod.Info.Resources, pod.Info.ShutdownGracePeriod,
            settings))
    {
        HoldsPod = true,
        Volumes = TaskVolumes.Of(pod.Info.Resources, pod.Info.Container, pod.Sandbox, null),
        Limits = ExecutorSpecs.Limits(pod),
        Process = ProcessSettingsReader.Of(pod.Info.Container),
        // A network of the pod's own is one of an engine, which then runs the holder too.
        Docker = DockerSpecs.NetworkOf(pod.Info.Container) is { } network ? DockerSpecs.Holder(network) : null,
    };

    /// <summary>Whether a task is in a pod with a network of its own.</summary>
    public static bool HasNetwork(AgentTask task) => task.InPod && DockerSpecs.NetworkOf(task.Info.Executor?.Container) is not null;

    /// <summary>
    /// What a task of a pod finds in its environment besides; nothing for other tasks. An address of the pod's own is known when the task
    /// runs: what is started beside it then finds the same.
    /// </summary>
    public static IEnumerable<KeyValuePair<string, string>> Variables(AgentTask task, AgentSettings settings) =>
        task.InPod ? [new("MESOS_CONTAINER_IP", AddressOf(task) ?? settings.IpAddress)] : [];

    private static string? AddressOf(AgentTask task) => task.Statuses.Count == 0 ? null : task.Statuses[^1].ContainerStatus?.NetworkInfos
        .SelectMany(network => network.IpAddresses).Select(address => address.IpAddress).FirstOrDefault();
}
