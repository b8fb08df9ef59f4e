using Offerbook.Actors;
using Offerbook.Coordination.Sessions;

namespace Offerbook.Coordination.Tests.Election;

/// <summary>The nodes and sessions of a coordination service, without time or network.</summary>
internal sealed class SimulatedService
{
    private readonly SortedDictionary<string, (byte[] Data, long Owner)> _nodes = new(StringComparer.Ordinal) { ["/"] = ([], 0) };
    private readonly HashSet<(long Session, string Path)> _watches = [];
    private readonly SortedDictionary<string, int> _counters = new(StringComparer.Ordinal);
    private readonly HashSet<long> _live = [];
    private long _lastSession;

    /// <summary>Called when a watch of a session fires.</summary>
    public Action<long, string> Fired { get; set; } = static (_, _) => { };

    public long Open()
    {
        _live.Add(++_lastSession);
        return _lastSession;
    }

    public bool IsLive(long session) => _live.Contains(session);

    public void End(long session)
    {
        if (!_live.Remove(session))
        {
            return;
        }
        _watches.RemoveWhere(watch => watch.Session == session);
        foreach (var path in NodesOf(session))
        {
            Remove(path);
        }
    }

    public List<string> NodesOf(long session) => [.. _nodes.Where(node => node.Value.Owner == session).Select(static node => node.Key)];

    public List<string> EphemeralNodes() => [.. _nodes.Where(static node => node.Value.Owner != 0).Select(static node => node.Key)];

    public string TextOf(string path) => System.Text.Encoding.UTF8.GetString(_nodes[path].Data);

    public void Remove(string path)
    {
        _nodes.Remove(path);
        Fire(path);
        Fire(ParentOf(path));
    }

    public Answer Do(long session, ServiceCall call)
    {
        switch (call)
        {
            case ServiceCall.Create create:
                return Create(session, create);
            case ServiceCall.Delete delete when _nodes.ContainsKey(delete.Path):
                Remove(delete.Path);
                return new Answer.Deleted();
            case ServiceCall.List list when _nodes.ContainsKey(list.Path):
                if (list.Watch)
                {
                    _watches.Add((session, list.Path));
                }
                return new Answer.Listed(
                    [.. _nodes.Keys.Where(path => path != "/"
                        && ParentOf(path) == list.Path).Select(static path => path[(path.LastIndexOf('/') + 1)..])]);
            case ServiceCall.Read read when _nodes.TryGetValue(read.Path, out var node):
                _watches.Add((session, read.Path));
                return new Answer.Content(node.Data, node.Owner);
            default:
                return new Answer.Refused(ServiceError.NoNode);
        }
    }

    private Answer Create(long session, ServiceCall.Create create)
    {
        var parent = ParentOf(create.Path);
        if (!_nodes.ContainsKey(parent))
        {
            return new Answer.Refused(ServiceError.NoNode);
        }
        var path = create.Path;
        if (create.Kind == NodeKind.EphemeralSequential)
        {
            var next = _counters.GetValueOrDefault(parent);
            _counters[parent] = next + 1;
            path = $"{path}{next:D10}";
        }
        if (!_nodes.TryAdd(path, (create.Data.ToArray(), create.Kind == NodeKind.Persistent ? 0 : session)))
        {
            return new Answer.Refused(ServiceError.NodeExists);
        }
        Fire(parent);
        return new Answer.Created(path);
    }

    private void Fire(string path)
    {
        foreach (var (session, _) in _watches.Where(watch => watch.Path == path).OrderBy(static watch => watch.Session).ToList())
        {
            _watches.Remove((session, path));
            Fired(session, path);
        }
    }

    private static string ParentOf(string path) => path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "/";
}
