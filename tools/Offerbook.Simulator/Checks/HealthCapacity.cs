using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Workload;
using AppDefinition = Offerbook.Apps.Specs.AppDefinition;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// A rolling replacement gives up a healthy instance only while more than the minimum are healthy. Judged turn by turn: instances
/// that die or fall ill by themselves lower the count and break nothing; what the framework decides to kill must leave the minimum.
/// Turns in which a client asks for kills are not judged.
/// </summary>
public sealed class HealthCapacity
{
    private readonly SimNode<AppsMessage> _apps;
    private readonly AppPromises _promises;
    private AppsState? _before;
    private bool _judged;

    /// <param name="promises">What clients asked for; where they said nothing, the framework's word counts.</param>
    public HealthCapacity(SimNode<AppsMessage> apps, AppPromises promises)
    {
        (_apps, _promises) = (apps, promises);
        apps.Received += message =>
        {
            _before = ((AppsCore)apps.Core!).State;
            _judged = message is not AppsMessage.ApiCalled { Call: ApiCall.KillTasks or ApiCall.KillAppTasks };
        };
        apps.TurnEnded += EndTurn;
    }

    private void EndTurn()
    {
        var after = (_apps.Core as AppsCore)?.State;
        if (_judged && _before is not null && after is not null && !ReferenceEquals(_before.Instances, after.Instances))
        {
            foreach (var deployment in after.Deployments)
            {
                foreach (var action in deployment.CurrentActions)
                {
                    if (action is DeploymentAction.Restart && action.App is AppDefinition { IsResident: false } app)
                    {
                        Judge(_before, after, app);
                    }
                }
            }
        }
        _before = null;
    }

    private void Judge(AppsState before, AppsState after, AppDefinition app)
    {
        var instances = after.Instances.Of(app.Id).ToList();
        if (!instances.Exists(instance => instance.Goal != Goal.Running && IsHealthy(after, instance)
            && before.Instances.Find(instance.Id) is { Goal: Goal.Running }))
        {
            return;
        }
        var capacity = (decimal?)_promises.Of(app.Id.ToString(), AppsReading.RevisionOf(app)).MinimumHealthCapacity ?? app.UpgradeStrategy.MinimumHealthCapacity;
        var minimum = (int)Math.Ceiling(app.Instances * capacity);
        var left = instances.Count(instance => instance.Goal == Goal.Running && IsHealthy(after, instance));
        Invariant.Check(left >= minimum,
            $"I10: the rolling restart of {app.Id} gives up a healthy instance and leaves {left}; {minimum} of {app.Instances} are the minimum");
    }

    private static bool IsHealthy(AppsState state, Instance instance) => InstanceHealth.IsHealthy(state.DefinitionOf(instance), instance);
}
