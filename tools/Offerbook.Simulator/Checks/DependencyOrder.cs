using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Workload;
using AppDefinition = Offerbook.Apps.Specs.AppDefinition;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// An app's first task is launched only when every app that it depends on, by itself or through groups, has once had all its instances
/// ready. Counted from the moment that an app exists: one that is deleted and comes back begins anew, though a roll-back may find
/// instances of it still there. A crash may undo a deletion: what is found launched after it was checked when it was launched.
///
/// Order is kept within a deployment. One that has failed leaves its apps to be kept at their numbers, and an app that another
/// deployment holds is not waited for.
/// </summary>
public sealed class DependencyOrder
{
    private readonly AppPromises _promises;
    private readonly SortedSet<PathId> _complete = [];
    private readonly SortedSet<PathId> _launched = [];
    private readonly SortedSet<PathId> _abandoned = [];
    private AppsState? _seen;
    private bool _recovers;
    private long _epoch;

    /// <param name="promises">What clients asked for; where they said nothing, the framework's word counts.</param>
    public DependencyOrder(SimCluster cluster, AppPromises promises)
    {
        _promises = promises;
        foreach (var apps in cluster.AppsRole.Nodes)
        {
            apps.TurnEnded += () => EndTurn(apps);
            apps.Crashed += _ => _recovers = true;
        }
    }

    private void EndTurn(SimNode<AppsMessage> apps)
    {
        // What somebody decides after another has taken over is never written down.
        if (apps.Epoch < _epoch)
        {
            return;
        }
        _recovers |= apps.Epoch > _epoch;
        _epoch = apps.Epoch;
        if ((apps.Core as AppsCore)?.State is not { } state || (_seen is not null && ReferenceEquals(_seen.Instances, state.Instances)
            && ReferenceEquals(_seen.Root, state.Root) && ReferenceEquals(_seen.Finished, state.Finished)))
        {
            return;
        }
        foreach (var known in new[] { _complete, _launched, _abandoned })
        {
            known.RemoveWhere(app => state.Root.FindApp(app) is null);
        }
        foreach (var failed in state.Finished.Where(deployment => !deployment.Succeeded && _seen?.Finished.Contains(deployment) != true))
        {
            _abandoned.UnionWith(failed.AffectedApps.Where(app => state.Root.FindApp(app) is not null));
        }
        foreach (var app in state.Root.Apps)
        {
            if (_recovers && state.Instances.Of(app.Id).Any(instance => IsOf(app, instance)) && _launched.Add(app.Id))
            {
                _complete.UnionWith(Needs(app));
            }
            Look(state, app);
        }
        _recovers = false;
        _seen = state;
    }

    // What is left of a deleted app of the same name belongs to a version that the new one does not know.
    private static bool IsOf(AppDefinition app, Instance instance) => instance.Incarnation > 0 && instance.Version == app.Version;

    private bool IsLaunchedNow(AppDefinition app, Instance instance) =>
        IsOf(app, instance) && !(_seen?.Instances.Find(instance.Id) is { } before && before.Incarnation >= instance.Incarnation);

    private IEnumerable<PathId> Needs(AppDefinition app) =>
        _promises.Of(app.Id.ToString(), AppsReading.RevisionOf(app)).Needs?.Select(PathId.Parse) ?? app.Dependencies;

    private void Look(AppsState state, AppDefinition app)
    {
        if (!_launched.Contains(app.Id) && state.Instances.Of(app.Id).Any(instance => IsLaunchedNow(app, instance)))
        {
            _launched.Add(app.Id);
            var deployment = state.LockOf(app.Id);
            foreach (var dependency in Needs(app).Where(_ => !_abandoned.Contains(app.Id)))
            {
                Invariant.Check(_complete.Contains(dependency) || _abandoned.Contains(dependency)
                    || state.Root.FindApp(dependency) is null or { Instances: 0 }
                    || (state.LockOf(dependency) is { } other && other.Id != deployment?.Id),
                    $"I11: {app.Id} is launched before {dependency}, on which it depends, has been ready once");
            }
        }
        if (!_complete.Contains(app.Id)
            && state.Instances.Of(app.Id).Count(instance =>
                InstanceHealth.IsReady(state.DefinitionOf(instance), instance)) >= app.Instances)
        {
            _complete.Add(app.Id);
        }
    }
}
