namespace Offerbook.Resources;

/// <summary>Who asks for an operation, and of what agent.</summary>
/// <param name="Principal">The framework's principal, or who authenticated as an operator; null when there is none, which forbids
/// nothing.</param>
/// <param name="Framework">Null when an operator asks.</param>
/// <param name="Checkpointed">The agent's dynamic reservations and volumes.</param>
/// <param name="Used">What tasks and executors use of the agent, by framework; allocated or not.</param>
public sealed record OperationContext(
    string? Principal,
    AskingFramework? Framework,
    OperationAbilities Agent,
    ResourceBag Checkpointed,
    IReadOnlyCollection<ResourceBag> Used);

/// <param name="Roles">In the order that texts show them.</param>
public sealed record AskingFramework(string Id, IReadOnlyList<string> Roles, bool SharedResources);

/// <summary>What an agent can do, of what operations need.</summary>
[Flags]
public enum OperationAbilities
{
    None = 0,
    HierarchicalRole = 1,
    ReservationRefinement = 2,
    ResizeVolume = 4,
}
