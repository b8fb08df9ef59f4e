namespace Offerbook.Master.Allocation;

/// <summary>What of an agent, besides its resources, matters to allocation.</summary>
public sealed record AllocatorAgent(AgentCapabilities Capabilities)
{
    /// <summary>Its fault domain is another region than the master's: only for frameworks with REGION_AWARE.</summary>
    public bool IsInRemoteRegion { get; init; }

    public AgentFacts Facts { get; init; } = AgentFacts.None;
}

/// <summary>The capabilities that change whom an agent is offered to.</summary>
[Flags]
public enum AgentCapabilities
{
    None = 0,

    /// <summary>Without it the agent is not offered to frameworks with MULTI_ROLE.</summary>
    MultiRole = 1,

    /// <summary>Without it the agent is not offered to roles with a slash in them.</summary>
    HierarchicalRole = 2,
}
