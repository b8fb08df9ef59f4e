using AgentAttribute = Mesos.V1.Attribute;

namespace Offerbook.Master.Allocation;

/// <summary>What an agent says of itself that offer constraints, the whitelist and readers look at.</summary>
/// <param name="Region">Null, as the zone, when it has no fault domain.</param>
/// <param name="Attributes">In the agent's order, which decides between attributes of one name.</param>
public sealed record AgentFacts(string Hostname, string? Region, string? Zone, IReadOnlyList<AgentAttribute> Attributes)
{
    public static readonly AgentFacts None = new("", null, null, []);
}

/// <summary>
/// Which agents a framework wants to be offered in a role. Immutable, and the answer depends on the facts alone: it is asked once
/// and remembered until the facts or the constraint change. Constraints that are equal are taken for the same.
/// </summary>
public interface IAgentConstraint
{
    bool Allows(AgentFacts agent);
}
