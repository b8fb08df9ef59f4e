using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Master.Frameworks.Constraints;

namespace Offerbook.Master.Frameworks;

/// <summary>
/// What a subscription or an update says beside the framework's info: which of its roles want no offers, and from which agents it wants
/// them.
/// </summary>
internal sealed record OfferPreferences(IReadOnlyCollection<string> SuppressedRoles, ConstraintSet Constraints)
{
    public static readonly OfferPreferences None = new([], ConstraintSet.None);

    /// <returns>The preferences, or what is wrong with them.</returns>
    public static (OfferPreferences? Preferences, string? Problem) Read(
        FrameworkInfo info, IEnumerable<string> suppressed, OfferConstraints? constraints, PatternLimits limits)
    {
        var roles = FrameworkInfoRules.RolesOf(info);
        var wanted = new SortedSet<string>(suppressed, StringComparer.Ordinal);
        var alien = wanted.Where(role => !roles.Contains(role)).ToList();
        if (alien.Count > 0)
        {
            return (null, $"Suppressed roles {{ {string.Join(", ", alien)} }} are not contained in the set of roles");
        }
        var (set, problem) = ConstraintSet.Read(roles, constraints, limits);
        return set is null ? (null, problem) : (new OfferPreferences(wanted, set), null);
    }
}
