using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Launching;

/// <summary>
/// Apps in no particular order, of which any place can be asked for: adding, removing and drawing by lot cost the same for one as for
/// thousands.
/// </summary>
internal sealed class AppRing
{
    private readonly List<PathId> _apps = [];
    private readonly Dictionary<PathId, int> _places = [];

    public int Count => _apps.Count;

    /// <param name="place">Counts on from the beginning after the last.</param>
    public PathId this[int place] => _apps[place % _apps.Count];

    public void Add(PathId app)
    {
        if (_places.TryAdd(app, _apps.Count))
        {
            _apps.Add(app);
        }
    }

    public void Remove(PathId app)
    {
        if (_places.Remove(app, out var place))
        {
            var last = _apps[^1];
            _apps.RemoveAt(_apps.Count - 1);
            if (place < _apps.Count)
            {
                _apps[place] = last;
                _places[last] = place;
            }
        }
    }
}
