using System.Collections.Immutable;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Launching;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Volumes;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Journal;

/// <summary>
/// Everything that can happen to the durable state. The state is the fold of these and of nothing else. All changes of one turn
/// go into one journal event, so that a crash never leaves half a decision behind.
/// </summary>
public abstract record Change
{
    private Change()
    {
    }

    /// <summary>The master gave the framework an id, or forgot it (null).</summary>
    public sealed record FrameworkRegistered(FrameworkId? Id) : Change;

    /// <summary>The tree has a new version.</summary>
    public sealed record RootChanged(RootGroup Root) : Change;

    /// <summary>All stored versions of all apps; only in snapshots.</summary>
    public sealed record VersionsRestored(ImmutableSortedDictionary<PathId, ImmutableList<RunSpec>> Versions) : Change;

    /// <summary>An app that was removed has stopped: nothing more is known of it.</summary>
    public sealed record AppForgotten(PathId App) : Change;

    /// <summary>An instance is new or is not what it was.</summary>
    public sealed record InstanceStored(Instance Instance) : Change;

    /// <summary>An instance exists no more.</summary>
    public sealed record InstanceExpunged(InstanceId Id) : Change;

    /// <summary>
    /// A reservation whose instance is gone has still to be undone; only in snapshots, else it follows from the instance's end.
    /// </summary>
    public sealed record ReleaseAwaited(InstanceId Id, PendingRelease Release) : Change;

    /// <summary>A reservation has been undone.</summary>
    public sealed record ReservationReleased(InstanceId Id) : Change;

    /// <summary>A deployment runs, at the given step (0 for a new one).</summary>
    public sealed record DeploymentStored(Deployment Deployment) : Change;

    /// <summary>A deployment took the next step.</summary>
    public sealed record DeploymentProgressed(string Id, int Step, StepProgress Progress) : Change;

    /// <summary>An action of a deployment's present step went on.</summary>
    public sealed record ActionProgressed(string Id, PathId App, ActionProgress Progress) : Change;

    /// <summary>A deployment was paused, promoted or held, or one of its tasks failed.</summary>
    public sealed record DeploymentAltered(string Id, DeploymentLife Life) : Change;

    public sealed record DeploymentEnded(FinishedDeployment Outcome) : Change;

    /// <summary>The delay before the next launch of an app; null: none.</summary>
    public sealed record DelayChanged(PathId App, LaunchDelay? Delay) : Change;

    public sealed record TaskFailed(TaskFailure Failure) : Change;

    /// <summary>How many instances a suspended app had. Only in snapshots: a tree that suspends an app says it too.</summary>
    public sealed record InstancesRemembered(PathId App, int Instances) : Change;

    /// <summary>Instances to kill by plan are part of it, so a plan is told by its two trees and these.</summary>
    public static IEnumerable<(PathId App, IReadOnlyList<string> Instances)> Sentenced(DeploymentPlan plan) =>
        plan.Steps.SelectMany(step => step.Actions).OfType<DeploymentAction.Scale>()
            .Where(scale => scale.InstancesToKill.Count > 0)
            .Select(scale => (scale.App.Id, scale.InstancesToKill));

    /// <summary>So are instances to move.</summary>
    public static IEnumerable<(PathId App, IReadOnlyList<string> Instances)> Moved(DeploymentPlan plan) =>
        plan.Steps.SelectMany(step => step.Actions).OfType<DeploymentAction.Move>().Select(move => (move.App.Id, move.Instances));
}
