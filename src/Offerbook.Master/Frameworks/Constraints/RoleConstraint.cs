using Mesos.V1.Scheduler;
using Offerbook.Master.Allocation;
using Pseudoattribute = Mesos.V1.Scheduler.AttributeConstraint.Types.Selector.Types.PseudoattributeType;
using Selector = Mesos.V1.Scheduler.AttributeConstraint.Types.Selector;

namespace Offerbook.Master.Frameworks.Constraints;

/// <summary>Which agents a framework wants in one role: those for which every test of at least one group holds.</summary>
internal sealed class RoleConstraint : IAgentConstraint, IEquatable<RoleConstraint>
{
    private readonly OfferConstraints.Types.RoleConstraints _message;
    private readonly List<List<(Selector Selector, AttributePredicate Predicate)>> _groups;

    private RoleConstraint(OfferConstraints.Types.RoleConstraints message, List<List<(Selector, AttributePredicate)>> groups)
    {
        _message = message;
        _groups = groups;
    }

    public bool Allows(AgentFacts agent)
    {
        foreach (var group in _groups)
        {
            if (group.TrueForAll(test => Holds(test.Selector, test.Predicate, agent)))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Equal texts ask the same of every agent.</summary>
    public bool Equals(RoleConstraint? other) => other is not null && _message.Equals(other._message);

    public override bool Equals(object? obj) => Equals(obj as RoleConstraint);

    public override int GetHashCode() => _message.GetHashCode();

    /// <returns>The constraint, or what is wrong with it.</returns>
    public static (RoleConstraint? Constraint, string? Problem) Read(string role, OfferConstraints.Types.RoleConstraints message,
        PatternLimits limits)
    {
        if (message.Groups.Count == 0)
        {
            return (null, $"'OfferConstraints::role_constraints' has an empty 'RoleConstraints::groups' for role {role}");
        }
        var groups = new List<List<(Selector, AttributePredicate)>>();
        foreach (var group in message.Groups)
        {
            if (group.AttributeConstraints.Count == 0)
            {
                // The reference runs the two words together.
                return (null, $"'OfferConstraints::RoleConstraints::groups' for role {role}contains an empty RoleConstraints::Group");
            }
            var tests = new List<(Selector, AttributePredicate)>();
            foreach (var constraint in group.AttributeConstraints)
            {
                var (predicate, problem) = AttributePredicate.Read(constraint.Predicate, limits);
                if ((Check(constraint.Selector) ?? problem) is { } wrong)
                {
                    return (null, $"A role {role} has an invalid 'AttributeConstraint': {wrong}");
                }
                tests.Add((constraint.Selector, predicate!));
            }
            groups.Add(tests);
        }
        return (new RoleConstraint(message, groups), null);
    }

    private static string? Check(Selector selector) => selector.SelectorCase switch
    {
        Selector.SelectorOneofCase.AttributeName => null,
        Selector.SelectorOneofCase.PseudoattributeType =>
            selector.PseudoattributeType == Pseudoattribute.Unknown ? "Unknown pseudoattribute type" : null,
        _ => "Exactly one of 'AttributeConstraint::Selector::name' or 'AttributeConstraint::Selector::pseudoattribute_type' must be set",
    };

    private static bool Holds(Selector selector, AttributePredicate predicate, AgentFacts agent)
    {
        if (selector.SelectorCase == Selector.SelectorOneofCase.PseudoattributeType)
        {
            return predicate.Allows(selector.PseudoattributeType switch
            {
                Pseudoattribute.Hostname => agent.Hostname,
                Pseudoattribute.Region => agent.Region,
                _ => agent.Zone,
            });
        }
        foreach (var attribute in agent.Attributes)
        {
            if (attribute.Name == selector.AttributeName)
            {
                return predicate.Allows(attribute);
            }
        }
        return predicate.AllowsAbsent;
    }
}
