using System.Collections.Immutable;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments;

/// <summary>A deployment that runs: its plan and how far it has come. All of it is in the journal, so a restart goes on from here.</summary>
/// <param name="CurrentStep">Counts from 1; 0 before the first step.</param>
public sealed record Deployment(DeploymentPlan Plan, int CurrentStep)
{
    /// <summary>How far the actions of the current step are; those not begun are missing.</summary>
    public ImmutableSortedDictionary<PathId, ActionProgress> Progress { get; init; } = ImmutableSortedDictionary<PathId, ActionProgress>.Empty;

    public string Id => Plan.Id;

    public Timestamp StartedAt { get; init; }

    public IReadOnlyList<DeploymentAction> CurrentActions => CurrentStep == 0 ? [] : Plan.Steps[CurrentStep - 1].Actions;

    public ActionProgress ProgressOf(PathId app) => Progress.GetValueOrDefault(app, ActionProgress.None);

    public bool Locks(PathId app) => Plan.AffectedApps.Contains(app);
}

/// <summary>How far one action is.</summary>
/// <param name="Done">Nothing is left to do.</param>
/// <param name="Started">Instances that a scaling action has started and that must become ready.</param>
/// <param name="Rolling">The bounds of a replacement.</param>
public sealed record ActionProgress(bool Done, bool Begun, ValueList<InstanceId> Started, RollingProgress? Rolling)
{
    public static ActionProgress None { get; } = new(false, false, [], null);
}

/// <summary>
/// What a replacement is allowed, set down when it begins and again when it stands still. It kills <paramref name="KillNow"/> old
/// instances and then one for every new one that is ready.
/// </summary>
/// <param name="Old">Instances of older versions at that time.</param>
public sealed record RollingProgress(int Old, int KillNow, int MinHealthy, int MaxCapacity);

/// <summary>How a deployment ended.</summary>
/// <param name="Reason">Why it did not succeed; null when it did.</param>
public sealed record FinishedDeployment(string Id, Timestamp Version, Timestamp StartedAt, Timestamp EndedAt, ValueList<PathId> AffectedApps, string? Reason)
{
    public bool Succeeded => Reason is null;
}
