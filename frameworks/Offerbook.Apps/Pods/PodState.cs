using Offerbook.Apps.Instances;

namespace Offerbook.Apps.Pods;

/// <summary>What an instance of a pod is called in its status.</summary>
public enum PodInstanceState
{
    Pending,
    Staging,
    Stable,
    Degraded,
    Terminal,
}

internal static class PodStates
{
    public const string Unreachable = "pod instance has become unreachable";
    public const string Unhealthy = "at least one container is not healthy";

    /// <summary>A container whose health check has not been heard of yet counts as not healthy, as clients know it.</summary>
    public static (PodInstanceState State, string? Message) Of(PodDefinition pod, Instance instance) => instance.Condition switch
    {
        Condition.Scheduled or Condition.Provisioned => (PodInstanceState.Pending, null),
        Condition.Staging or Condition.Starting => (PodInstanceState.Staging, null),
        Condition.Unreachable or Condition.UnreachableInactive => (PodInstanceState.Degraded, Unreachable),
        Condition.Running => instance.Containers.Any(task => pod.Find(task.Name)?.HealthCheck is not null && task.Healthy != true)
            ? (PodInstanceState.Degraded, Unhealthy)
            : (PodInstanceState.Stable, null),
        _ => (PodInstanceState.Terminal, null),
    };
}
