namespace Offerbook.Resources;

/// <summary>Names of roles: paths such as <c>eng/web</c>; <c>*</c> is the role of whatever belongs to nobody.</summary>
public static class RoleName
{
    public const string Default = "*";

    /// <summary>Roles are bounded so that a name cannot be made to cost memory in every table that holds it.</summary>
    public const int MaxLength = 1024;

    /// <summary>Why <paramref name="role"/> cannot be a role, or null when it can.</summary>
    public static string? Problem(string role)
    {
        if (role == Default)
        {
            return null;
        }

        if (role.Length == 0)
        {
            return "Role names cannot be the empty string";
        }

        if (role.Length > MaxLength)
        {
            return $"Role name of {role.Length} characters is invalid because it is longer than {MaxLength}";
        }

        if (role[0] == '/')
        {
            return $"Role '{role}' cannot start with a slash";
        }

        if (role[^1] == '/')
        {
            return $"Role '{role}' cannot end with a slash";
        }

        foreach (var component in role.Split('/'))
        {
            if (component.Length == 0)
            {
                return $"Role '{role}' cannot contain two adjacent slashes";
            }

            if (component is "." or ".." or Default)
            {
                return $"Role '{role}' cannot include '{component}' as a component";
            }

            if (component[0] == '-')
            {
                return $"Role component '{component}' is invalid because it starts with a dash";
            }

            // Roles become names of directories; no client ever sent another control character.
            if (component.Any(character => character == ' ' || char.IsControl(character)))
            {
                return $"Role component '{component}' is invalid because it contains backspace or whitespace";
            }
        }

        return null;
    }

    /// <summary><c>a</c> is a strict ancestor of <c>a/b</c>, but not of <c>ab</c>.</summary>
    public static bool IsStrictAncestor(string ancestor, string role) =>
        role.Length > ancestor.Length && role[ancestor.Length] == '/' && role.StartsWith(ancestor, StringComparison.Ordinal);

    public static bool IsSameOrAncestor(string ancestor, string role) => ancestor == role || IsStrictAncestor(ancestor, role);
}
