using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using Offerbook.Simulator.Cluster;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// An app's first task is launched only when every app that it depends on has once had all its instances ready. Counted from the
/// moment that an app exists: one that is deleted and comes back begins anew.
/// </summary>
public sealed class DependencyOrder
{
    private readonly SimCluster _cluster;
    private readonly SortedSet<PathId> _complete = [];
    private readonly SortedSet<PathId> _launched = [];
    private AppsState? _seen;

    public DependencyOrder(SimCluster cluster)
    {
        _cluster = cluster;
        cluster.Apps.TurnEnded += EndTurn;
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
            Look(state, app);
        }
    }

    private void Look(AppsState state, AppDefinition app)
    {
        var instances = state.Instances.Of(app.Id).ToList();
        // What is left of a deleted app of the same name belongs to a version that the new one does not know.
        if (!_launched.Contains(app.Id) && instances.Exists(instance => instance.Incarnation > 0 && instance.Version == app.Version))
        {
            _launched.Add(app.Id);
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
