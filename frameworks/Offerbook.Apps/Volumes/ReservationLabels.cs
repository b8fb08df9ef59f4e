using Offerbook.Apps.Instances;
using Offerbook.Resources;

namespace Offerbook.Apps.Volumes;

/// <summary>Say on the agent whose a reservation is; existing tools look for these names.</summary>
internal static class ReservationLabels
{
    private const string Framework = "marathon_framework_id";
    private const string Instance = "marathon_task_id";

    public static LabelSet Of(string framework, InstanceId instance) => new((Framework, framework), (Instance, instance.Value));

    /// <summary>The instance that a resource is reserved for; null when it is not one of this framework's.</summary>
    public static InstanceId? Read(ResourceKind kind, string framework)
    {
        if (kind.Reservations.Top?.Labels is not { } labels)
        {
            return null;
        }
        var (isOurs, instance) = (false, (InstanceId?)null);
        foreach (var (key, value) in labels.Labels)
        {
            isOurs |= key == Framework && value == framework;
            instance = key == Instance && value is not null ? new InstanceId(value) : instance;
        }
        return isOurs ? instance : null;
    }
}
