using Offerbook.Actors;
using Offerbook.Apps.Instances;

namespace Offerbook.Apps.Core;

/// <summary>What must hold of the durable state between any two turns.</summary>
internal static class StateInvariants
{
    public static void Check(AppsState state, AppsSettings settings)
    {
        foreach (var instance in state.Instances.All)
        {
            Check(state, instance);
        }
        foreach (var app in state.Instances.Apps)
        {
            var counted = state.Instances.Of(app)
                .Aggregate(default(Tally), (sum, instance) => sum + Tally.Of(state.DefinitionOf(instance), instance));
            Invariant.Check(counted == state.Instances.TallyOf(app), $"the instances of {app} are what they are counted as");
        }
        foreach (var deployment in state.Deployments)
        {
            Invariant.Check(deployment.CurrentStep >= 1 && deployment.CurrentStep <= deployment.Plan.Steps.Count,
                $"deployment {deployment.Id} is at one of its steps");
            Invariant.Check(deployment.CurrentActions.Any(action => !deployment.ProgressOf(action.App.Id).Done),
                $"deployment {deployment.Id} waits for something");
            Invariant.Check(deployment.Plan.AffectedApps.All(app => state.LockOf(app)!.Id == deployment.Id),
                $"deployment {deployment.Id} shares no app with another");
        }
        Invariant.Check(state.Deployments.Count <= settings.MaxRunningDeployments, "deployments are bounded");
        Invariant.Check(state.Finished.Count <= settings.MaxFinishedDeployments, "finished deployments are bounded");
        foreach (var app in state.Root.Specs.Where(app => state.LockOf(app.Id) is null))
        {
            if (app.IsDaemon)
            {
                var agents = state.Instances.Of(app.Id).Where(instance => instance is { Goal: Goal.Running, Agent: not null })
                    .Select(instance => instance.Agent!.Value.Value).ToList();
                Invariant.Check(agents.Count == agents.Distinct().Count(), $"{app.Id} has one instance on an agent");
                Invariant.Check(app.Instances > 0 || agents.Count == 0, $"{app.Id} runs nowhere");
                continue;
            }
            var wanted = state.Instances.Of(app.Id).Count(instance => instance.IsWanted);
            // What owns volumes and is still ending is taken up again when it has ended.
            var ending = state.Instances.Of(app.Id).Count(instance => instance is { Goal: Goal.Stopped, IsActive: true });
            Invariant.Check(wanted == app.Instances || (wanted < app.Instances && wanted + ending >= app.Instances),
                $"{app.Id}, which no deployment holds, has {wanted} instances and wants {app.Instances}");
        }
    }

    private static void Check(AppsState state, Instance instance)
    {
        Invariant.Check(instance.Id.App == instance.App, $"{instance.Id} belongs to {instance.App}");
        Invariant.Check(!instance.Condition.IsTerminal()
            || (instance.IsCompleted && state.DefinitionOf(instance) is Specs.AppDefinition { RunOnce: true }),
            $"{instance.Id}, whose task has ended, is scheduled or gone");
        Invariant.Check(instance.IsActive || instance.Goal == Goal.Running || instance is { Goal: Goal.Stopped, Reservation: not null },
            $"{instance.Id}, which nobody wants, has a task or is gone");
        Invariant.Check(instance.IsActive == instance.Placement is not null, $"{instance.Id} is placed while it has a task");
        Invariant.Check(!instance.IsActive || instance.Incarnation > 0, $"{instance.Id} counts its tasks");
        Invariant.Check(state.DefinitionOf(instance).Id == instance.App, $"{instance.Id} runs a definition that is kept");
    }
}
