using System.Globalization;
using Offerbook.Coordination.Sessions;

namespace Offerbook.Simulator.Coordination;

/// <summary>The nodes that the coordination service keeps, by path. Who is to be told of a change is not its business.</summary>
internal sealed class CoordinatorTree
{
    private readonly SortedDictionary<string, CoordinatorNode> _nodes = new(StringComparer.Ordinal) { ["/"] = new(default, 0) };
    private readonly SortedDictionary<string, long> _made = new(StringComparer.Ordinal);

    /// <summary>The session that an ephemeral node was made in, even if it is gone; null when there never was one.</summary>
    public long? MadeIn(string path) => _made.TryGetValue(path, out var session) ? session : null;

    public CoordinatorNode? Find(string path) => _nodes.GetValueOrDefault(path);

    /// <param name="owner">The session of an ephemeral node; 0 for a persistent one.</param>
    /// <param name="isSequential">Ten digits, which only grow, are appended.</param>
    public Answer Create(string wanted, ReadOnlyMemory<byte> data, long owner, bool isSequential)
    {
        if (Find(ParentOf(wanted)) is not { } above)
        {
            return new Answer.Refused(ServiceError.NoNode);
        }
        var path = isSequential ? wanted + above.NextChild.ToString("D10", CultureInfo.InvariantCulture) : wanted;
        if (!_nodes.TryAdd(path, new CoordinatorNode(data.ToArray(), owner)))
        {
            return new Answer.Refused(ServiceError.NodeExists);
        }
        above.NextChild++;
        if (owner != 0)
        {
            _made[path] = owner;
        }
        return new Answer.Created(path);
    }

    public void Remove(string path) => _nodes.Remove(path);

    /// <returns>The names of a node's children, without their paths.</returns>
    public IEnumerable<string> Children(string path)
    {
        var prefix = path == "/" ? "/" : path + "/";
        return _nodes.Keys.Where(item => item.Length > prefix.Length && item.StartsWith(prefix, StringComparison.Ordinal)
            && item.IndexOf('/', prefix.Length) < 0)
            .Select(item => item[prefix.Length..]);
    }

    /// <returns>The paths of a node's ephemeral children.</returns>
    public IEnumerable<string> Ephemerals(string path) =>
        _nodes.Where(item => item.Value.Owner != 0 && ParentOf(item.Key) == path).Select(item => item.Key);

    public List<string> OwnedBy(long session) => _nodes.Where(item => item.Value.Owner == session).Select(item => item.Key).ToList();

    /// <summary>Two nodes of one session under one parent; null when there are none.</summary>
    public string? Twice()
    {
        var seen = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, node) in _nodes)
        {
            var owner = $"{ParentOf(path)} {node.Owner}";
            if (node.Owner != 0 && !seen.TryAdd(owner, path))
            {
                return $"{seen[owner]} and {path}";
            }
        }
        return null;
    }

    public static string ParentOf(string path) => path.LastIndexOf('/') is > 0 and var end ? path[..end] : "/";
}
