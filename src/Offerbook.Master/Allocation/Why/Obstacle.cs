using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <summary>One reason why a framework is not offered an agent now. An agent can have several at once, and all are told.</summary>
public abstract record Obstacle
{
    private Obstacle()
    {
    }

    /// <summary>Nobody is subscribed to the role, or not this framework.</summary>
    public sealed record NotSubscribed : Obstacle;

    /// <summary>The framework is disconnected or deactivated.</summary>
    public sealed record FrameworkInactive : Obstacle;

    /// <summary>The framework asked for no offers in this role.</summary>
    public sealed record RoleSuppressed : Obstacle;

    /// <summary>The framework sits on as many offers as it may.</summary>
    /// <param name="Share">0 to 1: the dominant share of what is offered to it.</param>
    public sealed record TooManyOffers(int Count, int? MaxCount, double Share, double? MaxShare) : Obstacle;

    /// <summary>Disconnected, deactivated or draining.</summary>
    public sealed record AgentInactive : Obstacle;

    public sealed record NotWhitelisted(string Hostname) : Obstacle;

    /// <summary>The agent lacks what it needs for frameworks or roles like this one.</summary>
    public sealed record AgentIncapable(AgentCapabilities Lacks) : Obstacle;

    /// <summary>The framework lacks what the agent asks for: it has gpus, or lies in another region.</summary>
    public sealed record FrameworkIncapable(FrameworkCapabilities Lacks) : Obstacle;

    /// <summary>The framework's own offer constraints exclude the agent.</summary>
    public sealed record Constraint : Obstacle;

    /// <summary>Somebody has a part of the agent. Either part may be empty, but not both.</summary>
    public sealed record HeldBy(FrameworkId Framework, string Role, ResourceQuantities Used, ResourceQuantities Offered) : Obstacle;

    /// <summary>Free, but reserved to a role that is neither this one nor above it.</summary>
    public sealed record ReservedTo(string Role, ResourceQuantities Amount) : Obstacle;

    /// <summary>Free, but of a sort that the framework did not say it can take: revocable, shared or refined.</summary>
    public sealed record Unsupported(ResourceTraits Traits, ResourceQuantities Amount) : Obstacle;

    /// <summary>The role's quota leaves less than is free.</summary>
    /// <param name="Role">The top-level role that has the quota.</param>
    /// <param name="Free">What the agent has free of it, unreserved.</param>
    public sealed record QuotaLimit(string Role, string Resource, Scalar Limit, Scalar Consumed, Scalar Free) : Obstacle;

    /// <summary>What is free in the cluster is kept for guarantees that are not met yet.</summary>
    /// <param name="Required">What the guarantees still lack.</param>
    /// <param name="Available">What is free and unreserved in the whole cluster.</param>
    /// <param name="Free">What the agent has free of it, unreserved.</param>
    public sealed record Headroom(string Resource, Scalar Required, Scalar Available, Scalar Free) : Obstacle;

    /// <summary>What is left for the framework is not worth an offer.</summary>
    /// <param name="Minimum">One of these sets would have to be in it whole; none: anything would do, but there is nothing.</param>
    public sealed record TooSmall(ResourceQuantities Left, IReadOnlyList<ResourceQuantities> Minimum) : Obstacle;

    /// <param name="Until">As <c>Now.Elapsed</c>.</param>
    public sealed record Refused(ResourceBag Resources, TimeSpan Until) : Obstacle;

    /// <summary>
    /// The agent's shared volume was offered in this run already, or other frameworks that did not refuse it lately come first.
    /// </summary>
    /// <param name="Until">As <c>Now.Elapsed</c>.</param>
    public sealed record RefusedLately(TimeSpan Until) : Obstacle;

    /// <summary>Nothing stands in the way: with the next run, unless others whose share is smaller take it first.</summary>
    /// <param name="RolesBefore">Roles with a smaller share, on every level of the role's path together.</param>
    /// <param name="FrameworksBefore">Frameworks of the role with a smaller share.</param>
    public sealed record NotItsTurn(ResourceBag Resources, int RolesBefore, int FrameworksBefore) : Obstacle;
}
