using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Groups;

/// <summary>
/// Who must be deployed before whom, over all apps of a tree. An app may depend on apps or groups, a group on groups: then all
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

    /// <summary>Length of the longest dependency chain that starts at the app; 1 for one without dependencies and for pods, which have none. Not for cyclic graphs.</summary>
    public int LayerOf(PathId app) => _layers.GetValueOrDefault(app, 1);

    public static DependencyGraph Of(RootGroup root)
    {
        var edges = new EdgeCollector(root);
        edges.CollectApps(root.Tree, []);
        edges.CollectTargets();

        var nodes = edges.Dependencies;
        var dependents = new Dictionary<Node, List<Node>>();
        var missing = new Dictionary<Node, int>();
        var ready = new Queue<Node>();
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

        var length = new Dictionary<Node, int>();
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

    private readonly record struct Node(PathId Id, bool IsGroup);

    private sealed class EdgeCollector(RootGroup root)
    {
        private readonly Queue<Group> _targets = new();

        public Dictionary<Node, List<Node>> Dependencies { get; } = [];

        /// <param name="inherited">What the groups around this one depend on.</param>
        public void CollectApps(Group group, List<Node> inherited)
        {
            var fromGroups = inherited;
            var own = group.Dependencies.Select(root.FindGroup).OfType<Group>().Select(TargetNode).ToList();
            if (own.Count > 0)
            {
                fromGroups = [.. inherited, .. own];
            }
            foreach (var app in group.Apps.Values)
            {
                List<Node> dependencies = [.. fromGroups];
                foreach (var id in app.Dependencies)
                {
                    if (root.FindApp(id) is not null)
                    {
                        dependencies.Add(new Node(id, false));
                    }
                    else if (root.FindGroup(id) is { } target)
                    {
                        dependencies.Add(TargetNode(target));
                    }
                }
                Dependencies[new Node(app.Id, false)] = dependencies.Distinct().ToList();
            }
            foreach (var child in group.Groups.Values)
            {
                CollectApps(child, fromGroups);
            }
        }

        /// <summary>A group that is depended on waits for its own apps and, through nodes of their own, for its subgroups'.</summary>
        public void CollectTargets()
        {
            while (_targets.TryDequeue(out var group))
            {
                var node = new Node(group.Id, true);
                if (!Dependencies.ContainsKey(node))
                {
                    Dependencies[node] =
                    [
                        .. group.Apps.Keys.Select(id => new Node(id, false)),
                        .. group.Groups.Values.Select(TargetNode),
                    ];
                }
            }
        }

        private Node TargetNode(Group group)
        {
            _targets.Enqueue(group);
            return new Node(group.Id, true);
        }
    }
}
