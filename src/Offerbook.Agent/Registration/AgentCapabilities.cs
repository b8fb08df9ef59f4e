using Mesos.V1;
using Type = Mesos.V1.AgentInfo.Types.Capability.Types.Type;

namespace Offerbook.Agent.Registration;

/// <summary>What the agent tells masters and tools that it can do.</summary>
public static class AgentCapabilities
{
    public static IReadOnlyList<AgentInfo.Types.Capability> All { get; } =
    [
        new() { Type = Type.MultiRole },
        new() { Type = Type.HierarchicalRole },
        new() { Type = Type.ReservationRefinement },
        new() { Type = Type.ResizeVolume },
        new() { Type = Type.AgentOperationFeedback },
        new() { Type = Type.AgentDraining },
        new() { Type = Type.TaskResourceLimits },
    ];
}
