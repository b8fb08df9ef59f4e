using System.Collections.Frozen;

namespace Offerbook.Master.Authorization;

/// <summary>
/// Says who may do what, by the rules of <c>--acls</c>: of an action's rules the first that speaks of who acts and of what is acted
/// upon decides; when none does, everything is permitted or, if not permissive, nothing. Immutable, and a question costs a walk over
/// the rules of one action.
/// </summary>
public sealed class Authorizer
{
    private readonly FrozenDictionary<AclAction, IReadOnlyList<AclRule>> _rules;
    private readonly bool _permissive;

    internal Authorizer(bool permissive, IReadOnlyDictionary<AclAction, IReadOnlyList<AclRule>> rules)
    {
        _permissive = permissive;
        _rules = rules.ToFrozenDictionary();
        IsUnrestricted = permissive && _rules.Count == 0;
        HidesReads = !permissive
            || _rules.Keys.Any(action => action is AclAction.ViewFramework or AclAction.ViewTask or AclAction.ViewExecutor
                or AclAction.ViewRole or AclAction.ViewFlags or AclAction.GetQuota
                or AclAction.GetMaintenanceSchedule or AclAction.GetMaintenanceStatus);
    }

    /// <summary>Everybody may do everything.</summary>
    public static Authorizer Unrestricted { get; } = new(true, new Dictionary<AclAction, IReadOnlyList<AclRule>>());

    /// <summary>The rules as they were given; null without any.</summary>
    public string? Text { get; init; }

    /// <summary>Whether there is nothing to ask.</summary>
    public bool IsUnrestricted { get; }

    /// <summary>Whether readers may see different things. While they do not, they share answers.</summary>
    public bool HidesReads { get; }

    /// <param name="principal">Null while authentication is off: only rules about all principals speak of it.</param>
    /// <param name="object">What is acted upon, by name; null when it has none, of which only rules about everything speak.</param>
    public bool Allows(AclAction action, string? principal, string? @object = null)
    {
        if (!_rules.TryGetValue(action, out var rules))
        {
            return _permissive;
        }
        var isRole = AclNames.IsOfRoles(action);
        foreach (var rule in rules)
        {
            if (rule.Principals.Matches(principal, isRole: false) && rule.Objects.Matches(@object, isRole))
            {
                return rule.Principals.Allows(principal, isRole: false) && rule.Objects.Allows(@object, isRole);
            }
        }
        return _permissive;
    }

    public bool AllowsAll(AclAction action, string? principal, IEnumerable<string?> objects)
    {
        foreach (var one in objects)
        {
            if (!Allows(action, principal, one))
            {
                return false;
            }
        }
        return true;
    }
}

/// <summary>One entry of a list of <c>--acls</c>.</summary>
internal sealed record AclRule(AclEntity Principals, AclEntity Objects);
