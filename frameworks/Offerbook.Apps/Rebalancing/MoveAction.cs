using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Rebalancing;

/// <summary>
/// Moves instances: starts a successor, waits until it is ready, then lets the instance go. So many are under way at once as
/// maximumOverCapacity allows, at least one. With an over-capacity of 0 and a minimum that leaves room the instance goes first.
/// What it has started is in the journal, so it may be called at any time. Done when every named instance is gone and as many
/// successors are ready.
/// </summary>
internal sealed class MoveAction(InstanceKeeper keeper)
{
    public ActionProgress Advance(Turn turn, DeploymentAction.Move action, ActionProgress progress)
    {
        var app = action.App;
        var left = action.Instances.Select(id => turn.State.Instances.Find(new InstanceId(id))).OfType<Instance>()
            .Where(instance => instance.Goal == Goal.Running).ToList();
        var started = progress.Started.Where(id => turn.State.Instances.Find(id) is { IsWanted: true }).ToList();
        var ready = started.Count(id => IsReady(turn, id));
        var over = (int)Math.Floor(app.Instances * app.UpgradeStrategy.MaximumOverCapacity);
        var under = app.Instances - RollingArithmetic.MinHealthy(app.Instances, app.UpgradeStrategy);
        var startsFirst = over > 0 || under == 0;
        var atOnce = Math.Max(1, startsFirst ? over : under);

        var gone = action.Instances.Count - left.Count;
        var mayGo = Math.Min(left.Count, startsFirst ? ready - gone : atOnce - (gone - ready));
        for (var i = 0; i < mayGo; i++, gone++)
        {
            InstanceKeeper.Decommission(turn, left[i]);
        }
        var mayStart = Math.Min(action.Instances.Count, startsFirst ? gone + atOnce : gone) - started.Count;
        if (mayStart > 0)
        {
            started.AddRange(keeper.Schedule(turn, app, mayStart));
        }
        var isDone = gone == action.Instances.Count && ready >= gone && turn.State.Instances.TallyOf(app.Id).Dying == 0;
        return progress with { Begun = true, Done = isDone, Started = isDone ? [] : started.ToValueList() };
    }

    private static bool IsReady(Turn turn, InstanceId id) =>
        turn.State.Instances.Find(id) is { } instance && InstanceHealth.IsReady(turn.State.DefinitionOf(instance), instance);
}
