namespace Offerbook.Chaos.Hosts;

/// <summary>The control groups in which the agents of a run put their tasks: below a root that names the run.</summary>
internal static class ControlGroups
{
    private const string Tree = "/sys/fs/cgroup";

    public static string RootOf(string machine) => $"{Site.Prefix}{Environment.ProcessId}-{machine}";

    /// <returns>Every group of the run, the innermost first.</returns>
    public static IReadOnlyList<string> Of(int owner) => !Directory.Exists(Tree) ? [] : [.. Trees()
        .SelectMany(tree => Directory.EnumerateDirectories(tree, $"{Site.Prefix}{owner}-*"))
        .SelectMany(root => Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories).Append(root))
        .OrderByDescending(path => path.Length)];

    /// <returns>False when a process is still in it.</returns>
    public static bool TryRemove(string group)
    {
        try
        {
            Directory.Delete(group);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The one tree of version 2, or those of version 1 below.</summary>
    private static IEnumerable<string> Trees() =>
        Directory.EnumerateDirectories(Tree).Append(Tree).Where(tree => File.Exists(Path.Combine(tree, "cgroup.procs")));
}
