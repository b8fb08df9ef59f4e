namespace Offerbook.Coordination.Election;

/// <summary>Where an election's nodes are in the service.</summary>
/// <param name="parent">Absolute, without a slash at the end unless it is the root.</param>
internal sealed class ElectionPaths(string parent)
{
    private readonly string _prefix = parent == "/" ? "/" : parent + "/";
    private readonly string[] _parts = parent.Split('/', StringSplitOptions.RemoveEmptyEntries);

    public string Parent => parent;

    /// <summary>How many nodes lead to the parent, itself included; 0 for the root, which always exists.</summary>
    public int Depth => _parts.Length;

    /// <summary>The path of the first <paramref name="depth"/> parts.</summary>
    public string Ancestor(int depth) => "/" + string.Join('/', _parts.AsSpan(0, depth)!);

    public string PathOf(string name) => _prefix + name;

    /// <returns>Null for a path that is not of a child of the parent.</returns>
    public string? NameOf(string path) =>
        path.Length > _prefix.Length && path.StartsWith(_prefix, StringComparison.Ordinal) && path.IndexOf('/', _prefix.Length) < 0
            ? path[_prefix.Length..]
            : null;
}
