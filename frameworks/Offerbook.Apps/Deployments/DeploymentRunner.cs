using Offerbook.Actors;
using Offerbook.Apps.Canary;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Events;
using Offerbook.Apps.Health;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments;

/// <summary>
/// Takes deployments from step to step. Steps come strictly one after the other, the actions of a step go on together. Every
/// action only compares what is with what shall be, so advancing again, also after a restart, never does a thing twice.
/// Only apps that are removed wait for those that depended on them. A step that cannot progress waits, until
/// <see cref="DeploymentLimits"/> ends it; a deployment that is halted only keeps what there is. Nothing is replaced before the master has
/// told what has become of the tasks.
/// </summary>
internal sealed class DeploymentRunner(AppsSettings settings, InstanceKeeper keeper, HealthCheckRegistry checks, Reconciler reconciler)
{
    private readonly ScaleAction _scale = new(keeper);
    private readonly RestartAction _restart = new(keeper);
    private readonly Rebalancing.MoveAction _moves = new(keeper);
    private readonly Daemons.DaemonAction _daemons = new(settings, keeper);
    private readonly PauseKeeper _pauses = new(keeper);

    /// <summary>Since the process started.</summary>
    public long Started { get; private set; }

    /// <summary>Changes that became none, because too many ran.</summary>
    public long Dismissed { get; set; }

    /// <param name="rollbackOf">The deployment whose changes it takes back.</param>
    public void Start(Turn turn, DeploymentPlan plan, string? rollbackOf = null)
    {
        Started++;
        turn.Apply(new Change.DeploymentStored(new Deployment(plan, 0)
        {
            StartedAt = turn.Time,
            Life = DeploymentLife.Empty with { RollbackOf = rollbackOf },
        }));
        Advance(turn, plan.Id);
    }

    /// <summary>Does whatever can be done now. Unknown ids are ignored: the deployment may just have ended.</summary>
    public void Advance(Turn turn, string id)
    {
        foreach (var action in turn.State.FindDeployment(id)?.CurrentActions ?? [])
        {
            Advance(turn, id, action);
        }
        TakeSteps(turn, id);
    }

    /// <summary>
    /// Does whatever can be done now that the app is not what it was: only its action is looked at, however many the step has.
    /// </summary>
    public void Advance(Turn turn, string id, PathId app)
    {
        if (turn.State.FindDeployment(id)?.CurrentActionOf(app) is { } action)
        {
            Advance(turn, id, action);
            TakeSteps(turn, id);
        }
    }

    /// <summary>Ends a deployment where it stands; what it has started or replaced so far stays.</summary>
    public void Cancel(Turn turn, Deployment deployment) => End(turn, deployment, DeploymentEvents.CancelledReason);

    /// <summary>As <see cref="Cancel"/>, for a reason of its own.</summary>
    public void Fail(Turn turn, Deployment deployment, string reason) => End(turn, deployment, reason);

    private void EnterStep(Turn turn, Deployment deployment, int step)
    {
        turn.Apply(new Change.DeploymentProgressed(deployment.Id, step, StepProgress.None));
        var entered = turn.State.FindDeployment(deployment.Id)!;
        turn.Publish(DeploymentEvents.Info(entered));
        foreach (var action in entered.CurrentActions)
        {
            if (action is not DeploymentAction.Stop)
            {
                checks.Announce(turn, action.App);
            }
        }
    }

    /// <summary>Goes on to the next step for as long as every action of the present one is done.</summary>
    private void TakeSteps(Turn turn, string id)
    {
        while (turn.State.FindDeployment(id) is { IsStepDone: true, Life.Halt: null } deployment)
        {
            if (deployment.CurrentStep > 0)
            {
                turn.Publish(DeploymentEvents.StepSuccess(deployment));
            }
            if (deployment.CurrentStep == deployment.Plan.Steps.Count)
            {
                End(turn, deployment, null);
                return;
            }
            EnterStep(turn, deployment, deployment.CurrentStep + 1);
            foreach (var action in turn.State.FindDeployment(id)!.CurrentActions)
            {
                Advance(turn, id, action);
            }
        }
    }

    private void Advance(Turn turn, string id, DeploymentAction action)
    {
        var deployment = turn.State.FindDeployment(id)!;
        var before = deployment.ProgressOf(action.App.Id);
        if (deployment.Life.Halt is not null)
        {
            _pauses.Keep(turn, deployment, action);
            return;
        }
        if (before.Done || (action is DeploymentAction.Stop && !deployment.Plan.Stops.MayGo(deployment, action.App.Id)))
        {
            return;
        }
        var after = Advance(turn, deployment, action, before);
        if (after != before)
        {
            turn.Apply(new Change.ActionProgressed(id, action.App.Id, after));
            foreach (var next in after.Done && action is DeploymentAction.Stop
                ? deployment.Plan.Stops.After(turn.State.FindDeployment(id)!) : [])
            {
                Advance(turn, id, next);
            }
        }
    }

    private ActionProgress Advance(Turn turn, Deployment deployment, DeploymentAction action, ActionProgress progress)
    {
        var limit = PausePoints.Apply(deployment, action) ? PausePoints.LimitOf(action.App, progress) : action.App.Instances;
        switch (action)
        {
            case DeploymentAction.Start start:
                InstanceKeeper.GiveWay(turn, start.App);
                return progress with { Begun = true, Done = true };
            case DeploymentAction.Stop stop:
                return StopAction.Advance(turn, stop.App, progress);
            case DeploymentAction.Restart or DeploymentAction.Move when !reconciler.IsInformed:
                // Who is well is not known: an instance that is may be the last.
                return progress;
            case DeploymentAction.Scale or DeploymentAction.Restart when action.App.IsDaemon:
                return _daemons.Advance(turn, action.App, progress);
            case DeploymentAction.Scale scale:
                return _scale.Advance(turn, scale, progress, limit);
            case DeploymentAction.Move move:
                return _moves.Advance(turn, move, progress);
            case DeploymentAction.Restart restart:
                return _restart.Advance(turn, restart.App, progress, limit);
            default:
                Invariant.Fail("an unknown deployment action: " + action.GetType().Name);
                return progress;
        }
    }

    private static void End(Turn turn, Deployment deployment, string? reason)
    {
        var plan = deployment.Plan;
        turn.Apply(new Change.DeploymentEnded(new FinishedDeployment(plan.Id, plan.Version, deployment.StartedAt, turn.Time,
            plan.AffectedApps.ToValueList(), reason) { RollbackOf = deployment.Life.RollbackOf }));
        turn.Publish(reason is null ? DeploymentEvents.Success(plan) : DeploymentEvents.Failed(plan, reason));
        // The apps are free again: the background rules look at them.
        foreach (var app in plan.AffectedApps)
        {
            turn.Touch(app);
        }
    }
}
