namespace Offerbook.Master.Authorization;

/// <summary>Whom or what a rule is about.</summary>
/// <param name="Values">For <see cref="AclEntityKind.Some"/>.</param>
internal sealed record AclEntity(AclEntityKind Kind, IReadOnlySet<string> Values)
{
    private const string Subroles = "/%";

    public static AclEntity Any { get; } = new(AclEntityKind.Any, new HashSet<string>());

    public static AclEntity None { get; } = new(AclEntityKind.None, new HashSet<string>());

    public static AclEntity Some(IEnumerable<string> values) =>
        new(AclEntityKind.Some, new HashSet<string>(values, StringComparer.Ordinal));

    /// <summary>
    /// Whether the rule speaks of this one. A rule about nobody speaks of everybody: it is how everybody is forbidden something.
    /// </summary>
    /// <param name="value">Null: of nobody or nothing in particular, of which only rules about all speak.</param>
    public bool Matches(string? value, bool isRole) => Kind != AclEntityKind.Some || (value is not null && Holds(value, isRole));

    /// <summary>Whether the rule permits it to this one.</summary>
    public bool Allows(string? value, bool isRole) => Kind switch
    {
        AclEntityKind.Any => true,
        AclEntityKind.None => false,
        _ => value is not null && Holds(value, isRole),
    };

    private bool Holds(string value, bool isRole)
    {
        if (Values.Contains(value))
        {
            return true;
        }
        if (!isRole)
        {
            return false;
        }
        for (var slash = value.LastIndexOf('/'); slash > 0; slash = value.LastIndexOf('/', slash - 1))
        {
            if (Values.Contains(string.Concat(value.AsSpan(0, slash), Subroles)))
            {
                return true;
            }
        }
        return false;
    }
}

internal enum AclEntityKind
{
    Some,
    Any,
    None,
}
