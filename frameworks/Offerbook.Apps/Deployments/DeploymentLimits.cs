using System.Globalization;
using Offerbook.Apps.Canary;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments;

/// <summary>
/// Ends deployments that will not end by themselves: those whose apps are not done in time, or whose tasks fail too often. Limits are
/// each app's own (<see cref="DeploymentPolicy"/>), or the server's; without any a deployment waits for ever. Removing an app has no
/// limit: its kills are repeated until they are confirmed. A roll-back that fails is not rolled back in its turn.
///
/// Failed tasks are counted when they fail. Deadlines are looked at with every sweep, on the monotonic clock begun from the wall
/// time in the journal.
/// </summary>
internal sealed class DeploymentLimits(AppsSettings settings, DeploymentRunner runner, Rollback rollback)
{
    private readonly SortedDictionary<string, (Timestamp Start, TimeSpan Began)> _clocks = new(StringComparer.Ordinal);

    /// <summary>A task of the app has failed; if a deployment holds the app and brings this configuration, it counts.</summary>
    public static void CountFailure(Turn turn, Instance instance)
    {
        if (turn.State.LockOf(instance.App) is not { Life.Halt: null } deployment
            || deployment.CurrentActionOf(instance.App) is not { } action || action is DeploymentAction.Stop
            || turn.State.DefinitionOf(instance).VersionInfo.LastConfigChangeAt != action.App.VersionInfo.LastConfigChangeAt)
        {
            return;
        }
        var failures = deployment.Life.Failures;
        turn.Apply(new Change.DeploymentAltered(deployment.Id,
            deployment.Life with { Failures = failures.SetItem(instance.App, failures.GetValueOrDefault(instance.App) + 1) }));
        turn.Touch(instance.App);
    }

    /// <summary>Lets the deployment go on, unless it has just failed.</summary>
    public void Advance(Turn turn, Deployment deployment, PathId app)
    {
        if (deployment.Life.Halt is null && TooManyFailures(deployment) is { } failed)
        {
            Fail(turn, deployment, failed.Policy, failed.Reason);
            return;
        }
        runner.Advance(turn, deployment.Id, app);
    }

    public void Sweep(Turn turn)
    {
        foreach (var gone in _clocks.Keys.Where(id => turn.State.FindDeployment(id) is null).ToList())
        {
            _clocks.Remove(gone);
        }
        foreach (var deployment in turn.State.Deployments.ToList())
        {
            if (deployment.Life.Halt is null && TooLate(deployment, Elapsed(turn, deployment)) is { } late)
            {
                Fail(turn, deployment, late.Policy, late.Reason);
            }
        }
    }

    /// <summary>The limits that go for an app, whoever set them.</summary>
    public static DeploymentPolicy PolicyOf(AppsSettings settings, RunSpec app) =>
        (app.Deployment ?? DeploymentPolicy.None).Or(settings.Deployment);

    private void Fail(Turn turn, Deployment deployment, DeploymentPolicy policy, string reason)
    {
        switch (policy.OnFailure ?? FailureAction.Stop)
        {
            case FailureAction.Hold:
                PauseKeeper.Halt(turn, deployment, failed: true, reason);
                break;
            case FailureAction.Rollback when deployment.Life.RollbackOf is null:
                rollback.AfterFailure(turn, deployment, reason);
                break;
            default:
                runner.Fail(turn, deployment, reason);
                break;
        }
    }

    private (DeploymentPolicy Policy, string Reason)? TooManyFailures(Deployment deployment)
    {
        foreach (var (app, count) in deployment.Life.Failures)
        {
            if (deployment.CurrentActionOf(app) is { } action and not DeploymentAction.Stop
                && PolicyOf(settings, action.App) is { MaxFailures: { } most } policy && count > most)
            {
                return (policy,
                    string.Create(CultureInfo.InvariantCulture, $"{count} tasks of {app} failed, more than the {most} allowed"));
            }
        }
        return null;
    }

    private (DeploymentPolicy Policy, string Reason)? TooLate(Deployment deployment, TimeSpan elapsed)
    {
        for (var step = Math.Max(1, deployment.CurrentStep); step <= deployment.Plan.Steps.Count; step++)
        {
            foreach (var action in deployment.Plan.Steps[step - 1].Actions)
            {
                var progress = step == deployment.CurrentStep ? deployment.ProgressOf(action.App.Id) : ActionProgress.None;
                if (action is not (DeploymentAction.Stop or DeploymentAction.Start) && progress is { Done: false, PausedAt: null }
                    && PolicyOf(settings, action.App) is { DeadlineSeconds: { } seconds } policy
                    && elapsed >= TimeSpan.FromSeconds(seconds))
                {
                    return (policy, string.Create(CultureInfo.InvariantCulture, $"{action.App.Id} was not done within {seconds} s"));
                }
            }
        }
        return null;
    }

    private TimeSpan Elapsed(Turn turn, Deployment deployment)
    {
        if (!_clocks.TryGetValue(deployment.Id, out var clock) || clock.Start != deployment.ClockStart)
        {
            var ago = TimeSpan.FromMilliseconds(Math.Max(0, turn.Time.UnixMilliseconds - deployment.ClockStart.UnixMilliseconds));
            _clocks[deployment.Id] = clock = (deployment.ClockStart, turn.Now.Elapsed - ago);
        }
        return turn.Now.Elapsed - clock.Began;
    }
}
