using Offerbook.Actors;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Events;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Core;

/// <summary>
/// Takes every change of the tree, one after the other:
/// 1. not too many deployments may run;
/// 2. the edit makes a new tree;
/// 3. it is completed (ports, versions) and checked as a whole;
/// 4. the plan from the old tree to it is computed;
/// 5. deployments in its way refuse it, or are cancelled if it is forced;
/// 6. tree and deployment are written down together, and the deployment begins.
/// </summary>
internal sealed class TreeChanges(AppsSettings settings, SeededRandom random, DeploymentRunner runner)
{
    private readonly PortsInUse _ports = new();

    public SpecSettings Specs { get; } = SpecsOf(settings);

    public static SpecSettings SpecsOf(AppsSettings settings) => new()
    {
        DefaultRole = settings.Role,
        LocalPortMin = settings.ServicePortMin,
        LocalPortMax = settings.ServicePortMax,
        Features = settings.Features,
        NewTopGroupEnforcesRole = settings.NewTopGroupsEnforceRole,
        DefaultNetworkName = settings.DefaultNetworkName,
        MaxInstances = settings.MaxInstances,
    };

    /// <summary>The version that the next tree gets: now, but later than any before.</summary>
    public static Timestamp NextVersion(Turn turn)
    {
        var last = turn.State.Root.Version;
        return turn.Time > last ? turn.Time : new Timestamp(last.UnixMilliseconds + 1);
    }

    /// <param name="group">The finest group that is edited, for the events.</param>
    /// <param name="toKill">Instances, by app, that a scaling must take first.</param>
    /// <param name="toMove">Instances, by app, for which others are started first.</param>
    /// <param name="versioning">As the request has it, unless given.</param>
    /// <param name="rollbackOf">The deployment whose changes are taken back.</param>
    public ApiResult<DeploymentPlan> Make(Turn turn, PathId group, Func<RootGroup, ApiResult<RootGroup>> edit, bool force,
        IReadOnlyDictionary<PathId, IReadOnlyList<string>>? toKill = null, Versioning? versioning = null, string? rollbackOf = null,
        IReadOnlyDictionary<PathId, IReadOnlyList<string>>? toMove = null)
    {
        var version = NextVersion(turn);
        var planned = Plan(turn, edit, version, force, toKill, versioning, toMove);
        if (!planned.IsOk)
        {
            return Refuse(turn, group, version, planned.Error);
        }
        var plan = planned.Value;
        if (turn.Grants.Refusal(plan.Original, plan.Target, turn.Runs) is { } forbidden)
        {
            return forbidden;
        }
        var conflicts = turn.State.Deployments.Holding(plan.AffectedApps);
        if (conflicts.Count > 0 && !force)
        {
            var locked = ApiErrors.Locked(conflicts.Select(deployment => deployment.Id));
            turn.Publish(DeploymentEvents.Failed(plan, locked.Message));
            return Refuse(turn, group, version, locked);
        }
        foreach (var conflict in conflicts)
        {
            runner.Cancel(turn, conflict);
        }
        turn.Apply(new Change.RootChanged(plan.Target));
        ConfigurationChanges.Follow(turn, plan);
        runner.Start(turn, plan, rollbackOf);
        turn.Publish(AppsEvents.GroupChanged(group, version));
        return plan;
    }

    /// <summary>What a change would do, without doing it.</summary>
    public ApiResult<DeploymentPlan> Plan(Turn turn, Func<RootGroup, ApiResult<RootGroup>> edit, Timestamp version, bool force,
        IReadOnlyDictionary<PathId, IReadOnlyList<string>>? toKill = null, Versioning? versioning = null,
        IReadOnlyDictionary<PathId, IReadOnlyList<string>>? toMove = null)
    {
        var root = turn.State.Root;
        if (turn.State.Deployments.Count >= settings.MaxRunningDeployments)
        {
            runner.Dismissed++;
            return ApiErrors.TooManyDeployments(settings.MaxRunningDeployments);
        }
        var edited = edit(root);
        if (!edited.IsOk)
        {
            return edited.Error;
        }
        var target = TreeUpdate.Complete(root, edited.Value, version, Specs, force, versioning ?? turn.Versioning, _ports);
        return target.IsOk
            ? DeploymentPlanner.Plan(random.NextGuid().ToString(), root, target.Value, version, toKill, toMove) with
            {
                Warnings = DependencyWarnings.Of(root, target.Value),
            }
            : target.Error;
    }

    private static ApiError Refuse(Turn turn, PathId group, Timestamp version, ApiError error)
    {
        turn.Publish(AppsEvents.GroupChangeFailed(group, version, error.Message));
        return error;
    }
}
