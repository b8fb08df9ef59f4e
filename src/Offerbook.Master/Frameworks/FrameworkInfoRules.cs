using Mesos.V1;
using Offerbook.Master.Calls;
using Offerbook.Resources;

namespace Offerbook.Master.Frameworks;

/// <summary>
/// What a framework may say of itself. A refused subscription gets the text as an ERROR event, a refused update as 400; the texts
/// and their order are those of the reference.
/// </summary>
internal static class FrameworkInfoRules
{
    /// <summary>Nanoseconds of a failover timeout must fit an int64: about 292 years.</summary>
    private const double MaxFailoverTimeoutSeconds = long.MaxValue / 1e9;

    public static string? Validate(FrameworkInfo info, ClusterState cluster) =>
        ValidateRoles(info)
        ?? ValidateId(info)
        ?? ValidateOfferFilters(info)
        ?? ValidateFailoverTimeout(info)
        ?? ValidateAdmission(info, cluster);

    /// <summary>What an update must not change of a framework that is subscribed.</summary>
    public static string? ValidateUpdate(FrameworkInfo old, FrameworkInfo info)
    {
        if (!SamePrincipal(old, info))
        {
            return "Changing framework's principal is not allowed.";
        }
        if (old.User != info.User)
        {
            return $"Updating 'FrameworkInfo.user' is unsupported; attempted to update from '{old.User}' to '{info.User}'";
        }
        return old.Checkpoint == info.Checkpoint
            ? null
            : $"Updating 'FrameworkInfo.checkpoint' is unsupported; attempted to update from '{Text(old.Checkpoint)}' to '{Text(info.Checkpoint)}'";
    }

    public static bool SamePrincipal(FrameworkInfo old, FrameworkInfo info) =>
        old.HasPrincipal == info.HasPrincipal && old.Principal == info.Principal;

    public static bool IsMultiRole(FrameworkInfo info) =>
        info.Capabilities.Any(capability => capability.Type == FrameworkCapability.MultiRole);

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

    private static string? ValidateId(FrameworkInfo info) =>
        string.IsNullOrEmpty(info.Id?.Value) ? null : IdentifierRules.Check(info.Id.Value);

    private static string? ValidateOfferFilters(FrameworkInfo info)
    {
        foreach (var role in info.OfferFilters.Keys.Order(StringComparer.Ordinal))
        {
            foreach (var group in info.OfferFilters[role].MinAllocatableResources?.Quantities ?? [])
            {
                if (group.Quantities.Count == 0)
                {
                    return "Resource quantities must contain at least one quantity";
                }
                foreach (var name in group.Quantities.Keys.Order(StringComparer.Ordinal))
                {
                    if (ProblemOf(group.Quantities[name].Value) is { } wrong)
                    {
                        return $"Invalid resource quantity for '{name}': {wrong}";
                    }
                }
            }
        }
        return null;
    }

    private static string? ProblemOf(double value) =>
        double.IsNaN(value) ? "NaN not supported"
        : double.IsInfinity(value) ? "Infinite values not supported"
        : double.IsSubnormal(value) ? "Subnormal values not supported"
        : value < 0 ? "Negative values not supported"
        : null;

    private static string? ValidateFailoverTimeout(FrameworkInfo info) =>
        double.IsFinite(info.FailoverTimeout) && Math.Abs(info.FailoverTimeout) <= MaxFailoverTimeoutSeconds
            ? null
            : $"The framework failover_timeout ({Number(info.FailoverTimeout)}) is invalid";

    private static string? ValidateAdmission(FrameworkInfo info, ClusterState cluster)
    {
        if (cluster.Settings.Roles is { } allowed)
        {
            var refused = RolesOf(info).Where(role => role != RoleName.Default && !allowed.Contains(role)).ToList();
            if (refused.Count > 0)
            {
                return $"Roles {{ {string.Join(", ", refused)} }} are not present in the master's --roles";
            }
        }
        if (info.User == "root" && !cluster.Settings.RootSubmissions)
        {
            return "User 'root' is not allowed to run frameworks without --root_submissions set";
        }
        return !string.IsNullOrEmpty(info.Id?.Value) && cluster.Frameworks.IsCompleted(Wire.Identity.FrameworkId.From(info.Id))
            ? "Framework has been removed"
            : null;
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "inf" : double.IsNegativeInfinity(value) ? "-inf" : double.IsNaN(value) ? "nan"
        : value.ToString("g6", System.Globalization.CultureInfo.InvariantCulture);

    private static string Text(bool value) => value ? "true" : "false";
}
