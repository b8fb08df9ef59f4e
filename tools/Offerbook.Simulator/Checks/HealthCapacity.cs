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
/// A rolling replacement gives up an instance that is well only while more than the minimum are, as the tasks themselves would
/// answer (<see cref="HealthTruth"/>). Judged turn by turn: instances that die or fall ill by themselves lower the count and break
/// nothing; what the framework decides to kill must leave the minimum. Turns in which a client asks for kills are not judged.
/// Daemons keep another measure, and run-once apps none.
/// </summary>
public sealed class HealthCapacity
{
    private readonly SimNode<AppsMessage> _apps;
    private readonly AppPromises _promises;
    private readonly HealthTruth _truth;
    private AppsState? _before;
    private bool _judged;

    /// <param name="promises">What clients asked for; where they said nothing, the framework's word counts.</param>
    public HealthCapacity(SimNode<AppsMessage> apps, AppPromises promises, HealthTruth truth)
    {
        (_apps, _promises, _truth) = (apps, promises, truth);
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
        if (_judged && _before is not null && after is not null && !ReferenceEquals(_before.Instances, after.Instances)
            && _apps.Holder?.IsNewest != false)
        {
            foreach (var deployment in after.Deployments)
            {
                foreach (var action in deployment.CurrentActions)
                {
                    if (action is DeploymentAction.Restart && action.App is AppDefinition { IsDaemon: false, RunOnce: false } app)
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
        // One that Apps was told to be ill is no loss as far as it can know.
        if (instances.Find(instance => instance.Goal != Goal.Running && before.Instances.Find(instance.Id) is { Goal: Goal.Running }
            && _truth.IsWell(instance.Task.Value, after.DefinitionOf(instance))
            && _truth.IsKnownToBeWell(instance.Task.Value, after.DefinitionOf(instance))) is not { } victim)
        {
            return;
        }
        var capacity = (decimal?)_promises.Of(app.Id.ToString(), AppsReading.RevisionOf(app)).MinimumHealthCapacity
            ?? app.UpgradeStrategy.MinimumHealthCapacity;
        var minimum = (int)Math.Ceiling(app.Instances * capacity);
        // What owns volumes cannot exist twice: where all are the minimum, one may be missing.
        minimum -= app.IsResident && minimum == app.Instances ? 1 : 0;
        var left = instances.Where(instance => instance.Goal == Goal.Running).ToList();
        var well = left.Count(instance => _truth.IsWell(instance.Task.Value, after.DefinitionOf(instance)));
        var doubtful = well >= minimum
            ? 0 : left.Count(instance => _truth.MayBeThoughtWell(instance.Task.Value, after.DefinitionOf(instance)));
        Invariant.Check(well + doubtful >= minimum,
            $"I10: the rolling restart of {app.Id} gives up {victim.Task}, which is well, and leaves {well} that are, and {doubtful} of which Apps cannot know better; "
            + $"{minimum} of {app.Instances} are the minimum");
    }
}
