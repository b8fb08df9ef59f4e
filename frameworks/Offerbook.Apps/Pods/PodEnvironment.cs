using System.Globalization;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Pods;

/// <summary>
/// The variables that a container of a pod finds, sorted by name. Other than for apps, what is generated here wins over what the
/// pod and the container set themselves, and the container's own win over the pod's.
/// </summary>
internal static class PodEnvironment
{
    public static SortedDictionary<string, EnvValue> Of(LaunchCandidate candidate, PodDefinition pod, PodContainer container, string host,
        IReadOnlyList<AssignedPort> ports)
    {
        var env = new SortedDictionary<string, EnvValue>(StringComparer.Ordinal);
        foreach (var (name, value) in pod.Env.Concat(container.Environment))
        {
            env[name] = value;
        }
        void Set(string name, string value) => env[name] = new EnvValue.Text(value);
        Set("MESOS_TASK_ID", candidate.Instance.Task(candidate.Incarnation, container.Name).Value);
        Set("MESOS_EXECUTOR_ID", candidate.Instance.Executor.Value);
        Set("MARATHON_APP_ID", pod.Id.ToString());
        Set("MARATHON_APP_VERSION", pod.Version.ToString());
        Set("MARATHON_CONTAINER_ID", container.Name);
        Set("MARATHON_CONTAINER_RESOURCE_CPUS", TaskEnvironment.Decimal(container.Resources.Cpus));
        Set("MARATHON_CONTAINER_RESOURCE_MEM", TaskEnvironment.Decimal(container.Resources.Mem));
        Set("MARATHON_CONTAINER_RESOURCE_DISK", TaskEnvironment.Decimal(container.Resources.Disk));
        Set("MARATHON_CONTAINER_RESOURCE_GPUS", Number(container.Resources.Gpus));
        Set("MARATHON_APP_ENFORCE_GROUP_ROLE", candidate.EnforcesGroupRole ? "TRUE" : "FALSE");
        Set("HOST", host);
        // The later of two labels with one key counts.
        TaskEnvironment.SetLabels(pod.Labels.Concat(container.Labels).GroupBy(label => label.Key, StringComparer.Ordinal)
            .Select(labels => labels.Last()).ToValueMap(), Set);
        foreach (var ((_, endpoint), port) in pod.Endpoints.Zip(ports))
        {
            var name = TaskEnvironment.VariablePart(endpoint.Name);
            if (port.HostPort is { } hostPort)
            {
                Set("EP_HOST_" + name, Number(hostPort));
            }
            if (!pod.IsHostNetworking)
            {
                Set("EP_CONTAINER_" + name, Number(port.ContainerPort));
            }
            Set("ENDPOINT_" + name, Number(pod.IsHostNetworking ? port.Effective : port.ContainerPort));
        }
        return env;
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
