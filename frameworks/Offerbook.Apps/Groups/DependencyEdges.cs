using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Groups;

/// <summary>An app, or a group that something depends on.</summary>
internal readonly record struct DependencyNode(PathId Id, bool IsGroup);

/// <summary>Follows dependencies from some apps as far as they lead. Costs what is reached, not the tree.</summary>
internal sealed class DependencyEdges(RootGroup root)
{
    private readonly Dictionary<DependencyNode, List<DependencyNode>> _dependencies = [];
    private readonly Queue<DependencyNode> _reached = new();

    /// <summary>Everything that is reached, with what it waits for. Ids of what is no app are ignored.</summary>
    public Dictionary<DependencyNode, List<DependencyNode>> From(IEnumerable<PathId> apps)
    {
        foreach (var app in apps)
        {
            _reached.Enqueue(new DependencyNode(app, false));
        }
        while (_reached.TryDequeue(out var node))
        {
            if (!_dependencies.ContainsKey(node) && Of(node) is { } dependencies)
            {
                _dependencies[node] = dependencies;
                dependencies.ForEach(_reached.Enqueue);
            }
        }
        return _dependencies;
    }

    private List<DependencyNode>? Of(DependencyNode node) =>
        node.IsGroup ? OfGroup(root.FindGroup(node.Id)!) : root.FindApp(node.Id) is { } app ? OfApp(app) : null;

    /// <summary>What the app itself depends on, and what the groups around it do.</summary>
    private List<DependencyNode> OfApp(AppDefinition app)
    {
        var found = new List<DependencyNode>();
        var group = root.Tree;
        for (var depth = 1; depth <= app.Id.Depth; depth++)
        {
            found.AddRange(group.Dependencies.Where(id => root.FindGroup(id) is not null).Select(id => new DependencyNode(id, true)));
            group = depth < app.Id.Depth ? group.Groups.GetValueOrDefault(app.Id.Ancestor(depth))! : group;
        }
        foreach (var id in app.Dependencies)
        {
            if (root.FindApp(id) is not null)
            {
                found.Add(new DependencyNode(id, false));
            }
            else if (root.FindGroup(id) is not null)
            {
                found.Add(new DependencyNode(id, true));
            }
        }
        return found.Count > 1 ? found.Distinct().ToList() : found;
    }

    /// <summary>A group that is depended on waits for its own apps and, through nodes of their own, for its subgroups'.</summary>
    private static List<DependencyNode> OfGroup(Group group) =>
    [
        .. group.Apps.Keys.Select(id => new DependencyNode(id, false)),
        .. group.Groups.Keys.Select(id => new DependencyNode(id, true)),
    ];
}
