using Mesos.V1;

namespace Offerbook.Agent.Containers;

/// <summary>Which ids others may give to containers: they become parts of paths, and the parents' are joined to them with a dot.</summary>
internal static class ContainerIdRules
{
    /// <summary>The original's: what is left of a file name's 255 bytes for what it appends.</summary>
    private const int MaxLength = 242;

    /// <summary>A dozen times as deep as anybody nests; each level is a directory.</summary>
    private const int MaxDepth = 32;

    /// <returns>What is wrong with the id or one of its parents', or null.</returns>
    public static string? Examine(ContainerID id)
    {
        var depth = 0;
        var where = "";
        for (var one = id; one is not null; one = one.Parent, where += "'ContainerID.parent' is invalid: ")
        {
            if (++depth > MaxDepth)
            {
                return $"containers can lie in each other at most {MaxDepth} deep";
            }
            if (Examine(one.Value) is { } wrong)
            {
                return where + wrong;
            }
        }
        return null;
    }

    private static string? Examine(string id) =>
        id.Length == 0 ? "ID must not be empty"
        : id.Length > MaxLength ? $"'ContainerID.value' '{id}' exceeds the maximum length ({MaxLength})"
        : id.Any(c => char.IsControl(c) || c is '/' or '\\' or '.' or ' ') ? $"'ContainerID.value' '{id}' contains invalid characters"
        : null;
}
