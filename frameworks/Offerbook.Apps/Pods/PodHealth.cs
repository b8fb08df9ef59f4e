using Offerbook.Apps.Instances;

namespace Offerbook.Apps.Pods;

/// <summary>What the health checks of a pod's containers say together.</summary>
internal static class PodHealth
{
    public static bool HasChecks(PodDefinition pod) => pod.Containers.Any(container => container.HealthCheck is not null);

    /// <summary>False as soon as one fails, true when all are known to be well, null while one is unknown or when there are none.</summary>
    public static bool? Aggregate(PodDefinition pod, Instance instance)
    {
        var results = pod.Containers.Where(container => container.HealthCheck is not null)
            .Select(container => instance.Containers.FirstOrDefault(task => task.Name == container.Name)?.Healthy).ToList();
        return results.Count == 0 ? null
            : results.Contains(false) ? false
            : results.Contains(null) ? null : true;
    }
}
