using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Groups;

/// <summary>
/// Who must be deployed before whom. An app may depend on apps or groups, a group on groups: then all
/// apps below it depend on all apps below the other. Unknown ids are ignored.
///
/// A group that is depended on gets one node of length 0 between its dependents and its apps, so a group of n apps depending on a
/// group of m apps costs n + m edges, not n × m. Layers are found by taking away, again and again, the nodes whose dependencies are
/// all gone (no recursion: chains may be long); whatever cannot be taken away is on, or behind, a cycle.
/// </summary>
public sealed class DependencyGraph
{
    private readonly Dictionary<PathId, int> _layers = [];

    private DependencyGraph(bool hasCycle) => HasCycle = hasCycle;

    public bool HasCycle { get; }

    /// <summary>
    /// Length of the longest dependency chain that starts at the app; 1 for one without dependencies and for pods, which have none. Not for
    /// cyclic graphs.
    /// </summary>
    public int LayerOf(PathId app) => _layers.GetValueOrDefault(app, 1);

    /// <summary>The graph of the whole tree.</summary>
    public static DependencyGraph Of(RootGroup root) => Of(root, root.Apps.Select(app => app.Id));

    /// <summary>What the given apps reach: nothing else decides their layers, or whether they are on or behind a cycle.</summary>
    public static DependencyGraph Of(RootGroup root, IEnumerable<PathId> apps)
    {
        var nodes = new DependencyEdges(root).From(apps);
        var dependents = new Dictionary<DependencyNode, List<DependencyNode>>();
        var missing = new Dictionary<DependencyNode, int>();
        var ready = new Queue<DependencyNode>();
        foreach (var (node, dependencies) in nodes)
        {
            missing[node] = dependencies.Count;
            if (dependencies.Count == 0)
            {
                ready.Enqueue(node);
            }
            foreach (var dependency in dependencies)
            {
                (dependents.TryGetValue(dependency, out var list) ? list : dependents[dependency] = []).Add(node);
            }
        }

        var length = new Dictionary<DependencyNode, int>();
        var graph = new DependencyGraph(false);
        while (ready.TryDequeue(out var node))
        {
            var longest = nodes[node].Count == 0 ? 0 : nodes[node].Max(dependency => length[dependency]);
            length[node] = node.IsGroup ? longest : longest + 1;
            if (!node.IsGroup)
            {
                graph._layers[node.Id] = length[node];
            }
            foreach (var dependent in dependents.GetValueOrDefault(node) ?? [])
            {
                if (--missing[dependent] == 0)
                {
                    ready.Enqueue(dependent);
                }
            }
        }
        return length.Count == nodes.Count ? graph : new DependencyGraph(true);
    }
}
