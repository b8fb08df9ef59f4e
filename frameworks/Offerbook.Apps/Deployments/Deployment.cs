using System.Collections.Immutable;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments;

/// <summary>
/// A deployment that runs: its plan and how far it has come. All of it is in the journal, so a restart goes on from here.
/// </summary>
/// <param name="CurrentStep">Counts from 1; 0 before the first step.</param>
public sealed record Deployment(DeploymentPlan Plan, int CurrentStep)
{
    /// <summary>How far the actions of the current step are.</summary>
    public StepProgress Progress { get; init; } = StepProgress.None;

    public string Id => Plan.Id;

    public Timestamp StartedAt { get; init; }

    public DeploymentLife Life { get; init; } = DeploymentLife.Empty;

    /// <summary>Since when its deadlines count: its start, moved on by every pause.</summary>
    public Timestamp ClockStart => Life.ClockStart ?? StartedAt;

    public IReadOnlyList<DeploymentAction> CurrentActions => CurrentStep == 0 ? [] : Plan.Steps[CurrentStep - 1].Actions;

    /// <summary>What the current step does to the app; null: nothing.</summary>
    public DeploymentAction? CurrentActionOf(PathId app) => CurrentStep == 0 ? null : Plan.Steps[CurrentStep - 1].ActionOf(app);

    /// <summary>Every action of the current step is done.</summary>
    public bool IsStepDone => Progress.Done == CurrentActions.Count;

    public ActionProgress ProgressOf(PathId app) => Progress.Of(app);

    public bool Locks(PathId app) => Plan.Affects(app);
}

/// <summary>How far the actions of one step are; those not begun are missing.</summary>
/// <param name="Done">How many are done.</param>
public sealed record StepProgress(ImmutableSortedDictionary<PathId, ActionProgress> Actions, int Done)
{
    public static StepProgress None { get; } = new(ImmutableSortedDictionary<PathId, ActionProgress>.Empty, 0);

    public ActionProgress Of(PathId app) => Actions.GetValueOrDefault(app, ActionProgress.None);

    public StepProgress With(PathId app, ActionProgress progress) =>
        new(Actions.SetItem(app, progress), Done + (progress.Done ? 1 : 0) - (Of(app).Done ? 1 : 0));
}

/// <summary>How far one action is.</summary>
/// <param name="Done">Nothing is left to do.</param>
/// <param name="Started">Instances that a scaling action has started and that must become ready; forgotten when it is done.</param>
/// <param name="Rolling">The bounds of a replacement.</param>
public sealed record ActionProgress(bool Done, bool Begun, ValueList<InstanceId> Started, RollingProgress? Rolling)
{
    public static ActionProgress None { get; } = new(false, false, [], null);

    /// <summary>Pause points that somebody has let pass.</summary>
    public int Promoted { get; init; }

    /// <summary>Since when it waits at a pause point.</summary>
    public Timestamp? PausedAt { get; init; }
}

/// <summary>
/// What a replacement is allowed, set down when it begins and again when it stands still. It kills <paramref name="KillNow"/> old
/// instances and then one for every new one that is ready.
/// </summary>
/// <param name="Old">Instances of older versions at that time.</param>
public sealed record RollingProgress(int Old, int KillNow, int MinHealthy, int MaxCapacity);

/// <summary>What happens to a deployment besides its progress.</summary>
public sealed record DeploymentLife
{
    public static DeploymentLife Empty { get; } = new();

    /// <summary>Failed tasks of each app since the deployment began (or was last promoted out of a hold).</summary>
    public ImmutableSortedDictionary<PathId, int> Failures { get; init; } = ImmutableSortedDictionary<PathId, int>.Empty;

    /// <summary>Why the whole of it stands still; null when it does not.</summary>
    public DeploymentHalt? Halt { get; init; }

    /// <summary>See <see cref="Deployment.ClockStart"/>; null as long as nothing moved it.</summary>
    public Timestamp? ClockStart { get; init; }

    /// <summary>The deployment whose changes this one takes back.</summary>
    public string? RollbackOf { get; init; }
}

/// <param name="Failed">It has run into one of its limits and is held; else somebody paused it.</param>
public sealed record DeploymentHalt(bool Failed, string Reason, Timestamp Since);

/// <summary>How a deployment ended.</summary>
/// <param name="Reason">Why it did not succeed; null when it did.</param>
public sealed record FinishedDeployment(string Id, Timestamp Version, Timestamp StartedAt, Timestamp EndedAt,
    ValueList<PathId> AffectedApps, string? Reason)
{
    /// <summary>The deployment whose changes this one took back.</summary>
    public string? RollbackOf { get; init; }

    public bool Succeeded => Reason is null;
}
