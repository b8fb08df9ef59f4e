using System.Collections.Immutable;
using Offerbook.Actors;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Events;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Launching;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Volumes;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Core;

/// <summary>The durable state: immutable, the fold of the journal, and what readers are shown.</summary>
public sealed record AppsState
{
    public static AppsState Empty { get; } = new();

    /// <summary>The id under which the master knows the framework.</summary>
    public FrameworkId? Framework { get; init; }

    public RootGroup Root { get; init; } = RootGroup.Empty;

    /// <summary>Trees so far, oldest first, the present one last; bounded by <see cref="MaxVersions"/>.</summary>
    public ImmutableList<RootGroup> Roots { get; init; } = [];

    /// <summary>
    /// Definitions of each app, oldest first. Bounded by <see cref="MaxVersions"/>, except that what an instance runs is kept.
    /// </summary>
    public ImmutableSortedDictionary<PathId, ImmutableList<RunSpec>> Versions { get; init; } =
        ImmutableSortedDictionary<PathId, ImmutableList<RunSpec>>.Empty;

    public InstanceTable Instances { get; init; } = InstanceTable.Empty;

    /// <summary>Those that run, oldest first.</summary>
    public DeploymentTable Deployments { get; init; } = DeploymentTable.Empty;

    /// <summary>Those that ended, oldest first; bounded by <see cref="MaxFinished"/>.</summary>
    public ImmutableList<FinishedDeployment> Finished { get; init; } = [];

    public ImmutableSortedDictionary<PathId, LaunchDelay> Delays { get; init; } = ImmutableSortedDictionary<PathId, LaunchDelay>.Empty;

    public ImmutableSortedDictionary<PathId, TaskFailure> Failures { get; init; } = ImmutableSortedDictionary<PathId, TaskFailure>.Empty;

    /// <summary>The last failures of each app, oldest first; bounded by <see cref="MaxFailuresPerApp"/>.</summary>
    public ImmutableSortedDictionary<PathId, ImmutableList<TaskFailure>> FailureHistory { get; init; } =
        ImmutableSortedDictionary<PathId, ImmutableList<TaskFailure>>.Empty;

    /// <summary>How many instances each app that is scaled to nothing had before.</summary>
    public ImmutableSortedDictionary<PathId, int> Suspended { get; init; } = ImmutableSortedDictionary<PathId, int>.Empty;

    public const int MaxFailuresPerApp = 20;

    /// <summary>
    /// Reservations of instances that are gone; at most <see cref="MaxReleases"/>. Those beyond are undone when an offer happens to show
    /// them.
    /// </summary>
    public ImmutableSortedDictionary<InstanceId, PendingRelease> Releases { get; init; } =
        ImmutableSortedDictionary<InstanceId, PendingRelease>.Empty;

    private const int MaxReleases = 10_000;

    /// <summary>Id of the last event published.</summary>
    public long LastEventId { get; init; }

    /// <summary>The newest events, up to that one.</summary>
    public EventWindow Events { get; init; } = EventWindow.Empty;

    public int MaxVersions { get; init; } = 50;

    public int MaxFinished { get; init; } = 100;

    public int MaxEvents { get; init; } = AppsSettings.Default.MaxReplayedEvents;

    public Deployment? FindDeployment(string id) => Deployments.Find(id);

    /// <summary>The running deployment that holds the app; at most one does.</summary>
    public Deployment? LockOf(PathId app) => Deployments.LockOf(app);

    /// <summary>The app as it was at a version.</summary>
    public RunSpec? FindVersion(PathId app, Timestamp version)
    {
        var present = Root.FindSpec(app);
        return present?.Version == version
            ? present : Versions.GetValueOrDefault(app)?.FindLast(definition => definition.Version == version);
    }

    /// <summary>What an instance runs, or will.</summary>
    public RunSpec DefinitionOf(Instance instance)
    {
        var definition = FindVersion(instance.App, instance.Version) ?? Root.FindSpec(instance.App);
        Invariant.Check(definition is not null, $"the definition {instance.Version} that {instance.Id} runs is kept");
        return definition;
    }

    public AppsState WithEvent(PublishEvent published) =>
        this with { LastEventId = published.Id, Events = Events.With(published, MaxEvents) };

    public AppsState Apply(Change change) => change switch
    {
        Change.FrameworkRegistered registered => this with { Framework = registered.Id },
        Change.RootChanged changed => WithRoot(changed.Root),
        Change.VersionsRestored restored => this with { Versions = restored.Versions },
        Change.AppForgotten forgotten => this with
        {
            Versions = Root.FindSpec(forgotten.App) is null ? Versions.Remove(forgotten.App) : Versions,
            Delays = Delays.Remove(forgotten.App),
            Failures = Failures.Remove(forgotten.App),
            FailureHistory = FailureHistory.Remove(forgotten.App),
        },
        Change.InstanceStored stored => this with { Instances = Instances.With(stored.Instance, DefinitionOf(stored.Instance)) },
        Change.InstanceExpunged expunged => Expunge(expunged.Id),
        Change.ReleaseAwaited awaited => this with { Releases = Releases.SetItem(awaited.Id, awaited.Release) },
        Change.ReservationReleased released => this with { Releases = Releases.Remove(released.Id) },
        Change.DeploymentStored stored => this with { Deployments = Deployments.Add(stored.Deployment) },
        Change.DeploymentProgressed progressed => WithDeployment(progressed.Id,
            deployment => deployment with { CurrentStep = progressed.Step, Progress = progressed.Progress }),
        Change.ActionProgressed progressed => WithDeployment(progressed.Id,
            deployment => deployment with { Progress = deployment.Progress.With(progressed.App, progressed.Progress) }),
        Change.DeploymentEnded ended => this with
        {
            Deployments = Deployments.Without(ended.Outcome.Id),
            Finished = Bounded(Finished.RemoveAll(outcome => outcome.Id == ended.Outcome.Id).Add(ended.Outcome), MaxFinished),
        },
        Change.DelayChanged { Delay: null } delay => this with { Delays = Delays.Remove(delay.App) },
        Change.DelayChanged delay => this with { Delays = Delays.SetItem(delay.App, delay.Delay) },
        Change.TaskFailed failed => this with
        {
            Failures = Failures.SetItem(failed.Failure.App, failed.Failure),
            FailureHistory = FailureHistory.SetItem(failed.Failure.App,
                Bounded(FailureHistory.GetValueOrDefault(failed.Failure.App, []).Add(failed.Failure), MaxFailuresPerApp)),
        },
        Change.DeploymentAltered altered => WithDeployment(altered.Id, deployment => deployment with { Life = altered.Life }),
        Change.InstancesRemembered remembered => this with { Suspended = Suspended.SetItem(remembered.App, remembered.Instances) },
        _ => throw new InvariantViolationException("an unknown change: " + change.GetType().Name),
    };

    private AppsState Expunge(InstanceId id)
    {
        var gone = Instances.Find(id);
        var left = this with { Instances = Instances.Without(id) };
        return gone?.Reservation is { } held && Releases.Count < MaxReleases
            ? left with { Releases = Releases.SetItem(id, new PendingRelease(held.Agent, gone.Role)) }
            : left;
    }

    private AppsState WithRoot(RootGroup root)
    {
        var (versions, suspended) = (Versions, Suspended);
        foreach (var difference in TreeDifference.Specs(Root, root))
        {
            suspended = difference switch
            {
                { From.Instances: > 0, To.Instances: 0 } => suspended.SetItem(difference.Id, difference.From.Instances),
                { To.Instances: 0 } => suspended,
                _ => suspended.Remove(difference.Id),
            };
            if (difference.To is { } app)
            {
                versions = versions.SetItem(app.Id, WithVersion(versions.GetValueOrDefault(app.Id, []), app));
            }
        }
        // Only enforceRole changes a tree without giving it a new version.
        var roots = Roots.Count > 0 && Roots[^1].Version == root.Version ? Roots.SetItem(Roots.Count - 1, root) : Roots.Add(root);
        return this with { Root = root, Roots = Bounded(roots, MaxVersions), Versions = versions, Suspended = suspended };
    }

    private ImmutableList<RunSpec> WithVersion(ImmutableList<RunSpec> versions, RunSpec app)
    {
        versions = versions.Add(app);
        if (versions.Count > MaxVersions)
        {
            var used = Instances.Of(app.Id).Select(instance => instance.Version).Append(app.Version).ToHashSet();
            // More than one: those that were in use when their turn came may be so no more.
            var surplus = versions.Select(version => version.Version).Where(version => !used.Contains(version))
                .Take(versions.Count - MaxVersions).ToHashSet();
            versions = versions.RemoveAll(version => surplus.Contains(version.Version));
        }
        return versions;
    }

    private AppsState WithDeployment(string id, Func<Deployment, Deployment> change)
    {
        var deployment = Deployments.Find(id);
        Invariant.Check(deployment is not null, "only a running deployment progresses");
        return this with { Deployments = Deployments.Set(change(deployment)) };
    }

    private static ImmutableList<T> Bounded<T>(ImmutableList<T> list, int bound) =>
        list.Count > bound ? list.RemoveRange(0, list.Count - bound) : list;
}
