using Offerbook.Apps.Core;
using Offerbook.Apps.Events;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments;

/// <summary>Removes an app: all its instances, then what is remembered of it.</summary>
internal static class StopAction
{
    public static ActionProgress Advance(Turn turn, RunSpec app, ActionProgress progress)
    {
        if (!progress.Begun)
        {
            for (var i = 0; i < app.HealthChecks.Count; i++)
            {
                turn.Publish(HealthEvents.Removed(app.Id));
            }
        }
        InstanceKeeper.DecommissionAll(turn, app.Id);
        var done = turn.State.Instances.TallyOf(app.Id).Total == 0;
        if (done)
        {
            turn.Publish(AppsEvents.AppTerminated(app.Id));
            turn.Apply(new Change.AppForgotten(app.Id));
        }
        return progress with { Begun = true, Done = done };
    }
}
