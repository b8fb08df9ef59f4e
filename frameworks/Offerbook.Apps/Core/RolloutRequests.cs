using Newtonsoft.Json.Linq;
using Offerbook.Apps.Canary;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Specs;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Core;

/// <summary>What is asked for under /offerbook/v1: going on with a deployment or pausing it, and what is done to whole groups.</summary>
internal sealed class RolloutRequests(TreeChanges changes, DeploymentRunner runner)
{
    public Reply Promote(Turn turn, ConnectionId connection, string id)
    {
        if (turn.State.FindDeployment(id) is not { } deployment)
        {
            return Replies.Of(connection, ApiErrors.UnknownDeployment(id));
        }
        if (!PauseKeeper.Promote(turn, deployment))
        {
            return Replies.Of(connection,
                ApiError.Of(409, $"Deployment {id} is not paused. [It goes on by itself; wait until its state is paused or held.]"));
        }
        runner.Advance(turn, id);
        return Replies.Of(connection, 200, new JObject { ["deploymentId"] = id });
    }

    public static Reply Pause(Turn turn, ConnectionId connection, string id)
    {
        if (turn.State.FindDeployment(id) is not { } deployment)
        {
            return Replies.Of(connection, ApiErrors.UnknownDeployment(id));
        }
        if (deployment.Life.Halt is null)
        {
            PauseKeeper.Halt(turn, deployment, failed: false, "It was paused by request.");
        }
        return Replies.Of(connection, 200, new JObject { ["deploymentId"] = id });
    }

    /// <summary>Scales an app, or all apps of a group, to nothing. What they had is remembered.</summary>
    public Reply Suspend(Turn turn, ConnectionId connection, ApiCall.SuspendApps call) =>
        Scale(turn, connection, call.Id, call.IsGroup, call.Force, app => app.Instances > 0 ? 0 : null);

    /// <summary>Gives them back the instances that they had before they were scaled to nothing, whoever did that.</summary>
    public Reply Resume(Turn turn, ConnectionId connection, ApiCall.ResumeApps call) =>
        Scale(turn, connection, call.Id, call.IsGroup, call.Force,
            app => turn.State.Suspended.TryGetValue(app.Id, out var instances) ? instances : null);

    public Reply RestartGroup(Turn turn, ConnectionId connection, ApiCall.RestartGroup call)
    {
        var id = PathId.Parse(call.Id);
        if (turn.State.Root.FindGroup(id) is not { } group)
        {
            return Replies.Of(connection, ApiErrors.UnknownGroup(id));
        }
        var version = TreeChanges.NextVersion(turn);
        ApiResult<RootGroup> Edit(RootGroup root) => group.TransitiveSpecs.Aggregate(root,
            (tree, app) => tree.WithSpec(app with { VersionInfo = app.VersionInfo.WithConfigChange(version) }));
        return Answer(connection, changes.Make(turn, id, Edit, call.Force));
    }

    /// <summary>Lets every app of a group launch at once, whatever it is backed off for.</summary>
    public static Reply ResetDelays(Turn turn, ConnectionId connection, string text)
    {
        var id = PathId.Parse(text);
        if (turn.State.Root.FindGroup(id) is null)
        {
            return Replies.Of(connection, ApiErrors.UnknownGroup(id));
        }
        var delayed = turn.State.Delays.Keys.Where(app => app.IsWithin(id)).ToList();
        foreach (var app in delayed)
        {
            turn.Apply(new Change.DelayChanged(app, null));
            turn.Touch(app);
        }
        return Replies.Of(connection, 200, new JObject { ["apps"] = new JArray(delayed.Select(app => app.ToString())) });
    }

    private Reply Scale(Turn turn, ConnectionId connection, string text, bool isGroup, bool force, Func<RunSpec, int?> instances)
    {
        var id = PathId.Parse(text);
        var root = turn.State.Root;
        var apps = isGroup ? root.FindGroup(id)?.TransitiveSpecs.ToList() : root.FindSpec(id) is { } one ? [one] : null;
        if (apps is null)
        {
            return Replies.Of(connection, isGroup ? ApiErrors.UnknownGroup(id) : ApiErrors.UnknownApp(id));
        }
        var scaled = apps.Select(app => (app.Id, Instances: instances(app))).Where(app => app.Instances is not null)
            .Select(app => KeyValuePair.Create(app.Id, app.Instances!.Value)).ToList();
        if (scaled.Count == 0)
        {
            return Replies.Of(connection,
                ApiError.Of(409, $"Nothing of {id} can be suspended or resumed. [Suspending takes apps that have instances; "
                + "resuming takes those that had some before they were scaled to 0. Others are scaled by their member 'instances'.]"));
        }
        return Answer(connection, changes.Make(turn, isGroup ? id : id.Parent, tree => AppEdits.Scale(tree, scaled), force));
    }

    private static Reply Answer(ConnectionId connection, ApiResult<Deployments.Planning.DeploymentPlan> plan) =>
        plan.IsOk ? Replies.Started(connection, 200, plan.Value) : Replies.Of(connection, plan.Error);
}
