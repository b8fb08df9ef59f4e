using Newtonsoft.Json.Linq;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Events;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Json;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Core;

/// <summary>Changes asked for under /v2/apps.</summary>
internal sealed class AppRequests(TreeChanges changes)
{
    public Reply Create(Turn turn, ConnectionId connection, ApiCall.CreateApp call, ApiCaller caller)
    {
        var draft = Documents.ReadApp(call.Body);
        if (!draft.IsOk)
        {
            return Replies.Of(connection, draft.Error);
        }
        AppEdit? edit = null;
        var id = PathId.Parse(draft.Value.Id ?? "");
        var plan = changes.Make(turn, id.Parent, root => Keep(AppEdits.Create(root, draft.Value, changes.Specs), out edit), call.Force);
        if (!plan.IsOk)
        {
            return Replies.Of(connection, plan.Error);
        }
        var app = AppWriter.Write(edit!.Apps[0], plan.Value.Version);
        turn.Publish(AppsEvents.ApiPost(caller.Address, caller.Uri, new JObject(app)));
        app["tasksStaged"] = 0;
        app["tasksRunning"] = 0;
        app["tasksHealthy"] = 0;
        app["tasksUnhealthy"] = 0;
        app["deployments"] = new JArray(new JObject { ["id"] = plan.Value.Id });
        return Replies.Started(connection, 201, plan.Value, id.ToString(), app);
    }

    public Reply Update(Turn turn, ConnectionId connection, ApiCall.UpdateApp call, ApiCaller caller)
    {
        var id = PathId.Parse(call.Id);
        var draft = Documents.ReadAppUpdate(call.Body);
        if (!draft.IsOk)
        {
            return Replies.Of(connection, draft.Error);
        }
        AppEdit? edit = null;
        var plan = changes.Make(turn, id.Parent,
            root => Keep(AppEdits.Update(root, id, draft.Value, call.Partial, call.CreateMissing, changes.Specs, VersionsOf(turn)),
                out edit), call.Force);
        if (!plan.IsOk)
        {
            return Replies.Of(connection, plan.Error);
        }
        turn.Publish(AppsEvents.ApiPost(caller.Address, caller.Uri, AppWriter.Write(turn.State.Root.FindApp(id)!)));
        return edit!.Created
            ? Replies.Started(connection, 201, plan.Value, id.ToString())
            : Replies.Started(connection, 200, plan.Value);
    }

    public Reply UpdateMany(Turn turn, ConnectionId connection, ApiCall.UpdateApps call)
    {
        var drafts = Documents.ReadAppUpdates(call.Body);
        if (!drafts.IsOk)
        {
            return Replies.Of(connection, drafts.Error);
        }
        return Answer(connection, changes.Make(turn, PathId.Root, root => Keep(AppEdits.UpdateMany(root, drafts.Value, call.Partial,
            call.CreateMissing, changes.Specs, VersionsOf(turn)), out _), call.Force));
    }

    public Reply Delete(Turn turn, ConnectionId connection, ApiCall.DeleteApp call)
    {
        var id = PathId.Parse(call.Id);
        return turn.State.Root.FindApp(id) is null
            ? Replies.Of(connection, ApiErrors.UnknownApp(id))
            : Answer(connection, changes.Make(turn, id.Parent, root => Keep(AppEdits.Delete(root, id), out _), call.Force));
    }

    public Reply Restart(Turn turn, ConnectionId connection, ApiCall.RestartApp call)
    {
        var id = PathId.Parse(call.Id);
        var version = TreeChanges.NextVersion(turn);
        return turn.State.Root.FindApp(id) is null
            ? Replies.Of(connection, ApiErrors.UnknownApp(id))
            : Answer(connection, changes.Make(turn, id.Parent, root => Keep(AppEdits.Restart(root, id, version), out _), call.Force));
    }

    private static Reply Answer(ConnectionId connection, ApiResult<Deployments.Planning.DeploymentPlan> plan) =>
        plan.IsOk ? Replies.Started(connection, 200, plan.Value) : Replies.Of(connection, plan.Error);

    private static AppVersionLookup VersionsOf(Turn turn) => (id, version) => turn.State.FindVersion(id, version) as AppDefinition;

    private static ApiResult<RootGroup> Keep(ApiResult<AppEdit> edit, out AppEdit? kept)
    {
        kept = edit.Value;
        return edit.IsOk ? edit.Value.Root : edit.Error;
    }
}
