using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using Offerbook.Simulator.Cluster;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// An app's first task is launched only when every app that it depends on has once had all its instances ready. Counted from the
/// moment that an app exists: one that is deleted and comes back begins anew. A crash may undo a deletion: what is found launched
/// after it was checked when it was launched.
/// </summary>
public sealed class DependencyOrder
{
    private readonly SimCluster _cluster;
    private readonly SortedSet<PathId> _complete = [];
    private readonly SortedSet<PathId> _launched = [];
    private AppsState? _seen;
    private bool _recovers;

    public DependencyOrder(SimCluster cluster)
    {
        _cluster = cluster;
        cluster.Apps.TurnEnded += EndTurn;
        cluster.Apps.Crashed += _ => _recovers = true;
    }

    private void EndTurn()
    {
        if (_cluster.AppsCore?.State is not { } state || (_seen is not null
            && ReferenceEquals(_seen.Instances, state.Instances) && ReferenceEquals(_seen.Root, state.Root)))
        {
            return;
        }
        _seen = state;
        _complete.RemoveWhere(app => state.Root.FindApp(app) is null);
        _launched.RemoveWhere(app => state.Root.FindApp(app) is null);
        foreach (var app in state.Root.Apps)
        {
            if (_recovers && IsLaunched(state, app) && _launched.Add(app.Id))
            {
                _complete.UnionWith(app.Dependencies);
            }
            Look(state, app);
        }
        _recovers = false;
    }

    // What is left of a deleted app of the same name belongs to a version that the new one does not know.
    private static bool IsLaunched(AppsState state, AppDefinition app) =>
        state.Instances.Of(app.Id).Any(instance => instance.Incarnation > 0 && instance.Version == app.Version);

    private void Look(AppsState state, AppDefinition app)
    {
        var instances = state.Instances.Of(app.Id).ToList();
        if (IsLaunched(state, app) && _launched.Add(app.Id))
        {
            foreach (var dependency in app.Dependencies)
            {
                Invariant.Check(_complete.Contains(dependency) || state.Root.FindApp(dependency) is null or { Instances: 0 },
                    $"I11: {app.Id} is launched before {dependency}, on which it depends, has been ready once");
            }
        }
        if (!_complete.Contains(app.Id) && instances.Count(instance => InstanceHealth.IsReady(state.DefinitionOf(instance), instance)) >= app.Instances)
        {
            _complete.Add(app.Id);
        }
    }
}
