using Mesos.V1.Scheduler;
using Offerbook.Master.Allocation;

namespace Offerbook.Master.Frameworks.Constraints;

/// <summary>
/// A framework's offer constraints: as it wrote them, and by role as the allocator asks them. A role that is absent takes any agent.
/// </summary>
/// <param name="Message">Never changed in place: views share it.</param>
public sealed record ConstraintSet(OfferConstraints Message, IReadOnlyDictionary<string, IAgentConstraint> Roles)
{
    /// <summary>Roles with constraints, groups and tests that one framework may have together. Each is asked once for each agent.</summary>
    private const int MaxTests = 10_000;

    public static readonly ConstraintSet None = new(new OfferConstraints(),
        new SortedDictionary<string, IAgentConstraint>(StringComparer.Ordinal));

    /// <param name="roles">Those of the framework.</param>
    /// <returns>The constraints, or what is wrong with them.</returns>
    public static (ConstraintSet? Constraints, string? Problem) Read(IReadOnlyList<string> roles, OfferConstraints? message,
        PatternLimits limits)
    {
        if (message is null || message.RoleConstraints.Count == 0)
        {
            return (None, null);
        }
        var names = message.RoleConstraints.Keys.Order(StringComparer.Ordinal).ToList();
        if (names.Find(name => !roles.Contains(name)) is { } alien)
        {
            // The reference forgets the space after the quote.
            return (null, $"Offer constraints specify `role_constraints` for a role '{alien}'not contained in the set of roles");
        }
        var tests = message.RoleConstraints.Values.Sum(role => role.Groups.Sum(group => (long)group.AttributeConstraints.Count));
        if (tests > MaxTests)
        {
            return (null,
                $"Offer constraints are not valid: {tests} attribute constraints are more than the {MaxTests} that a framework may have");
        }
        var read = new SortedDictionary<string, IAgentConstraint>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var (constraint, problem) = RoleConstraint.Read(name, message.RoleConstraints[name], limits);
            if (constraint is null)
            {
                return (null, "Offer constraints are not valid: " + problem);
            }
            read.Add(name, constraint);
        }
        return (new ConstraintSet(message, read), null);
    }
}
