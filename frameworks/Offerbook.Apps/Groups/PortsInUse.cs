using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Groups;

/// <summary>
/// The service ports that a tree uses. Follows the tree from version to version at the cost of what changed. Says nothing that the tree
/// does not say: it is kept only because counting again costs a walk over all apps.
/// </summary>
public sealed class PortsInUse
{
    /// <summary>How many times each port is used; ports given by hand may be shared.</summary>
    private readonly Dictionary<int, int> _uses = [];

    private RootGroup _tree = RootGroup.Empty;

    /// <summary>Every port from the first to just before the second is used: where the last search began and ended.</summary>
    private (int From, int To) _full;

    public void Follow(RootGroup tree)
    {
        foreach (var (_, from, to) in TreeDifference.Touched(_tree, tree))
        {
            Count(from as AppDefinition, -1);
            Count(to as AppDefinition, 1);
        }
        _tree = tree;
    }

    /// <summary>The lowest port that is not used, from the given one on.</summary>
    public int FirstFree(int from)
    {
        var port = from >= _full.From && from < _full.To ? _full.To : from;
        while (_uses.ContainsKey(port))
        {
            port++;
        }
        if (from < _full.From || _full == default)
        {
            _full = (from, port);
        }
        else if (from <= _full.To)
        {
            _full.To = port;
        }
        return port;
    }

    private void Count(AppDefinition? app, int by)
    {
        foreach (var port in app?.ServicePorts ?? [])
        {
            var uses = _uses.GetValueOrDefault(port) + by;
            if (uses > 0)
            {
                _uses[port] = uses;
                continue;
            }
            _uses.Remove(port);
            _full.To = port >= _full.From ? Math.Min(_full.To, port) : _full.To;
        }
    }
}
