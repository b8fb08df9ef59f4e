using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Cgroups;

/// <summary>
/// The directory of a container's group below the agent's: <c>parent/child</c> for <c>parent.child</c>. Names that the kernel's own
/// files have there, and names that look as if they had been marked, get a mark.
/// </summary>
internal static class GroupNames
{
    /// <summary>In version 2 a group that has groups within may hold no processes itself; they are in this one.</summary>
    public const string Leaf = "leaf";

    private const char Mark = '@';

    private static readonly string[] Taken = ["tasks", "notify_on_release", "release_agent", Leaf];

    public static string PathOf(ContainerId container) =>
        container.Parent is { } parent ? $"{PathOf(parent)}/{NameOf(container.Leaf)}" : NameOf(container.Value);

    public static string LeafOf(string name) => name[0] == Mark ? name[1..] : name;

    /// <summary>Every group below a directory, the outer ones first.</summary>
    public static void List(string directory, ContainerId? parent, List<ContainerId> found)
    {
        if (!Directory.Exists(directory))
        {
            return;
        }
        foreach (var path in Directory.EnumerateDirectories(directory))
        {
            var name = Path.GetFileName(path);
            if (name == Leaf)
            {
                continue;
            }
            var id = parent is { } outer ? outer.Child(LeafOf(name)) : new ContainerId(LeafOf(name));
            found.Add(id);
            List(path, id, found);
        }
    }

    private static string NameOf(string leaf) => Taken.Contains(leaf) || leaf[0] == Mark || leaf.Contains('.') ? Mark + leaf : leaf;
}
