using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Resources;
using AgentCapability = Mesos.V1.AgentInfo.Types.Capability.Types.Type;

namespace Offerbook.Master.Operations;

/// <summary>Who asks for an operation, as its rules want to know it.</summary>
internal static class OperationContexts
{
    public static OperationContext Of(Framework framework, Agent agent) => Of(
        framework.Info.HasPrincipal ? framework.Info.Principal : null,
        new AskingFramework(framework.Id.Value, framework.Roles, framework.Has(FrameworkCapability.SharedResources)),
        agent);

    /// <param name="principal">Of an operator; null while authentication is off.</param>
    public static OperationContext Of(string? principal, Agent agent) => Of(principal, null, agent);

    /// <summary>The agent as texts name it.</summary>
    public static string Name(Agent agent) => $"{agent.Id} at {agent.Pid} ({agent.Info.Hostname})";

    public static bool GivesFeedback(Agent agent) =>
        agent.Capabilities.Any(capability => capability.Type == AgentCapability.AgentOperationFeedback);

    private static OperationContext Of(string? principal, AskingFramework? framework, Agent agent)
    {
        var abilities = OperationAbilities.None;
        foreach (var capability in agent.Capabilities)
        {
            abilities |= capability.Type switch
            {
                AgentCapability.HierarchicalRole => OperationAbilities.HierarchicalRole,
                AgentCapability.ReservationRefinement => OperationAbilities.ReservationRefinement,
                AgentCapability.ResizeVolume => OperationAbilities.ResizeVolume,
                _ => OperationAbilities.None,
            };
        }
        return new OperationContext(principal, framework, abilities, agent.Total.Checkpointed(), agent.Used.Values);
    }
}
