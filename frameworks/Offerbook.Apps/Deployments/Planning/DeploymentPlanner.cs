using Offerbook.Apps.Groups;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments.Planning;

/// <summary>
/// From the tree as it is to the tree as it shall be:
/// 1. stop every app that is to go, all at once (no order among them);
/// 2. announce every new app;
/// 3. … the apps that differ, layer by layer: an app's layer is the length of the longest dependency chain below it in the whole
///    target tree, so layer k of every chain is finished before layer k+1 of any.
/// Empty steps are left out. The target must have no dependency cycle (validation refuses those).
/// </summary>
public static class DeploymentPlanner
{
    /// <param name="toKill">Instances, by app, that must be among those that a scaling action takes away.</param>
    /// <param name="toMove">Instances, by app, for which others are started first. Nothing else of such an app changes but its
    /// version.</param>
    public static DeploymentPlan Plan(string id, RootGroup original, RootGroup target, Timestamp version,
        IReadOnlyDictionary<PathId, IReadOnlyList<string>>? toKill = null,
        IReadOnlyDictionary<PathId, IReadOnlyList<string>>? toMove = null)
    {
        var differences = TreeDifference.Specs(original, target);
        var steps = new List<DeploymentStep>();
        AddStep(steps,
            differences.Where(difference => difference.To is null).Select(difference => new DeploymentAction.Stop(difference.From!)));
        AddStep(steps,
            differences.Where(difference => difference.From is null).Select(difference => new DeploymentAction.Start(difference.To!)));

        var changed = differences.Where(difference => difference.To is not null).ToList();
        if (changed.Count > 0)
        {
            var graph = DependencyGraph.Of(target, changed.Select(difference => difference.Id));
            foreach (var layer in changed.GroupBy(difference => graph.LayerOf(difference.Id)).OrderBy(layer => layer.Key))
            {
                AddStep(steps, layer.Select(difference => toMove?.GetValueOrDefault(difference.Id) is { } moved
                    ? new DeploymentAction.Move(difference.To!, moved)
                    : ActionFor(difference.From, difference.To!, toKill)).OfType<DeploymentAction>());
            }
        }
        return new DeploymentPlan(id, original, target, steps, version);
    }

    private static DeploymentAction? ActionFor(RunSpec? from, RunSpec to, IReadOnlyDictionary<PathId, IReadOnlyList<string>>? toKill)
    {
        var difference = from?.To(to) ?? AppDifference.ScaleOnly;
        if (difference == AppDifference.Config && IsInPlace(from!, to))
        {
            return from!.Instances == to.Instances ? null : new DeploymentAction.Scale(to, toKill?.GetValueOrDefault(to.Id) ?? []);
        }
        if (difference == AppDifference.ScaleOnly || to.Instances == 0)
        {
            return new DeploymentAction.Scale(to, toKill?.GetValueOrDefault(to.Id) ?? []);
        }
        return difference == AppDifference.Config || from!.VersionInfo.LastConfigChangeAt != to.VersionInfo.LastConfigChangeAt
            ? new DeploymentAction.Restart(to) : null;
    }

    /// <summary>
    /// The update was told to leave running tasks alone if they need not know: the configuration is the same one, the version is not.
    /// </summary>
    private static bool IsInPlace(RunSpec from, RunSpec to) => from.Version != to.Version
        && from.VersionInfo.LastConfigChangeAt == to.VersionInfo.LastConfigChangeAt && from.IsSameButForMetadata(to);

    private static void AddStep(List<DeploymentStep> steps, IEnumerable<DeploymentAction> actions)
    {
        var list = actions.ToList();
        if (list.Count > 0)
        {
            steps.Add(new DeploymentStep(list));
        }
    }
}
