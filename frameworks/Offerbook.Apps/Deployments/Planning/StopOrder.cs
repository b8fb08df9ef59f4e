using System.Collections.Frozen;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments.Planning;

/// <summary>
/// The reverse of the order in which apps start: an app stops when every app of a higher layer that stops with it has gone. The plan
/// still has them all in one step, as clients know it.
/// </summary>
public sealed class StopOrder
{
    /// <summary>Highest layer first; none when no order is kept.</summary>
    private readonly List<List<DeploymentAction.Stop>> _layers;

    private readonly FrozenDictionary<PathId, int> _places;

    private StopOrder(List<List<DeploymentAction.Stop>> layers)
    {
        _layers = layers;
        _places = layers.SelectMany((layer, place) => layer.Select(stop => KeyValuePair.Create(stop.App.Id, place))).ToFrozenDictionary();
    }

    public static StopOrder Of(RootGroup original, IReadOnlyList<DeploymentStep> steps)
    {
        var stops = steps.SelectMany(step => step.Actions).OfType<DeploymentAction.Stop>().ToList();
        return stops.Count < 2 || DependencyGraph.Of(original, stops.Select(stop => stop.App.Id)) is not { HasCycle: false } graph
            ? new StopOrder([])
            : new StopOrder(
                stops.GroupBy(stop => graph.LayerOf(stop.App.Id)).OrderByDescending(layer => layer.Key).Select(layer => layer.ToList())
                    .ToList());
    }

    /// <summary>Whether every app that has to go before this one has gone.</summary>
    public bool MayGo(Deployment deployment, PathId app) => IsGone(deployment, _places.GetValueOrDefault(app) - 1);

    /// <summary>Those that may go now that another has: the next layer, if the one before it is through.</summary>
    public IReadOnlyList<DeploymentAction> After(Deployment deployment)
    {
        for (var place = 0; place + 1 < _layers.Count; place++)
        {
            if (!IsGone(deployment, place))
            {
                return [];
            }
            if (_layers[place + 1].Any(stop => !deployment.ProgressOf(stop.App.Id).Begun))
            {
                return _layers[place + 1];
            }
        }
        return [];
    }

    /// <summary>Layers go one after the other, so the last one before tells of all before it.</summary>
    private bool IsGone(Deployment deployment, int place) =>
        place < 0 || _layers[place].TrueForAll(stop => deployment.ProgressOf(stop.App.Id).Done);
}
