using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Master.Calls;
using Offerbook.Resources;

namespace Offerbook.Master.Frameworks;

/// <summary>What a framework may say of itself. A refused subscription gets the text as an ERROR event, a refused update as 400.</summary>
internal static class FrameworkInfoValidator
{
    /// <summary>Nanoseconds of a failover timeout must fit an int64: about 292 years.</summary>
    private const double MaxFailoverTimeoutSeconds = long.MaxValue / 1e9;

    public static string? Validate(FrameworkInfo info, IEnumerable<string> suppressedRoles, OfferConstraints? constraints) =>
        ValidateRoles(info)
        ?? ValidateId(info)
        ?? ValidateOfferFilters(info)
        ?? ValidateFailoverTimeout(info)
        ?? ValidateSuppressedRoles(info, suppressedRoles)
        ?? ValidateConstraints(constraints);

    public static bool IsMultiRole(FrameworkInfo info) => info.Capabilities.Any(capability => capability.Type == FrameworkCapability.MultiRole);

    /// <summary>The roles in the order of their names. Without MULTI_ROLE it is the one in <c>role</c>.</summary>
    public static IReadOnlyList<string> RolesOf(FrameworkInfo info) =>
        IsMultiRole(info) ? info.Roles.Order(StringComparer.Ordinal).ToList() : [info.Role];

    private static string? ValidateRoles(FrameworkInfo info)
    {
        if (!IsMultiRole(info))
        {
            if (info.Roles.Count > 0)
            {
                return "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable";
            }
            return RoleName.Problem(info.Role) is { } wrong ? "'FrameworkInfo.role' is not a valid role: " + wrong : null;
        }
        if (info.HasRole)
        {
            return "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable";
        }
        var seen = new HashSet<string>();
        var duplicates = info.Roles.Where(role => !seen.Add(role)).Distinct().Order(StringComparer.Ordinal).ToList();
        if (duplicates.Count > 0)
        {
            return $"'FrameworkInfo.roles' contains duplicate items: {{ {string.Join(", ", duplicates)} }}";
        }
        return info.Roles.Select(RoleName.Problem).FirstOrDefault(wrong => wrong is not null) is { } first
            ? "'FrameworkInfo.roles' contains invalid role: " + first
            : null;
    }

    private static string? ValidateId(FrameworkInfo info)
    {
        var id = info.Id?.Value;
        return !string.IsNullOrEmpty(id) && IdentifierRules.Check(id) is { } wrong ? "'FrameworkInfo.id' is invalid: " + wrong : null;
    }

    private static string? ValidateOfferFilters(FrameworkInfo info)
    {
        foreach (var role in info.OfferFilters.Keys.Order(StringComparer.Ordinal))
        {
            var quantities = info.OfferFilters[role].MinAllocatableResources?.Quantities;
            if (quantities is null)
            {
                continue;
            }
            foreach (var group in quantities)
            {
                if (group.Quantities.Count == 0)
                {
                    return $"Invalid 'FrameworkInfo.offer_filters' of role '{role}': Resource quantities must contain at least one quantity";
                }
                foreach (var name in group.Quantities.Keys.Order(StringComparer.Ordinal))
                {
                    var value = group.Quantities[name].Value;
                    if (!double.IsFinite(value) || value < 0)
                    {
                        return $"Invalid 'FrameworkInfo.offer_filters' of role '{role}': Quantity of '{name}' must be finite and not negative";
                    }
                }
            }
        }
        return null;
    }

    private static string? ValidateFailoverTimeout(FrameworkInfo info) =>
        double.IsFinite(info.FailoverTimeout) && Math.Abs(info.FailoverTimeout) <= MaxFailoverTimeoutSeconds
            ? null
            : $"The framework failover_timeout ({info.FailoverTimeout}) is invalid: Argument out of the range that a Duration can represent";

    private static string? ValidateSuppressedRoles(FrameworkInfo info, IEnumerable<string> suppressedRoles)
    {
        var roles = RolesOf(info);
        var alien = suppressedRoles.FirstOrDefault(role => !roles.Contains(role));
        return alien is null ? null : $"Suppressed role '{alien}' is not contained in the list of roles";
    }

    private static string? ValidateConstraints(OfferConstraints? constraints) =>
        constraints is null || constraints.RoleConstraints.Count == 0
            ? null
            : "'offer_constraints' are not supported yet: subscribe without them and decline what does not fit";
}
