using Newtonsoft.Json.Linq;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Json;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Core;

/// <summary>Changes asked for under /v2/groups.</summary>
internal sealed class GroupRequests(TreeChanges changes)
{
    public Reply Create(Turn turn, ConnectionId connection, ApiCall.CreateGroup call)
    {
        var draft = Documents.ReadGroup(call.Body);
        if (!draft.IsOk)
        {
            return Replies.Of(connection, draft.Error);
        }
        var url = PathId.Parse(call.Id);
        var id = GroupEdits.TargetOf(url, draft.Value);
        var plan = changes.Make(turn, id.Parent, root => GroupEdits.Create(root, url, draft.Value, changes.Specs, VersionsOf(turn)),
            call.Force);
        return plan.IsOk ? Replies.Started(connection, 201, plan.Value, "/v2/groups" + id) : Replies.Of(connection, plan.Error);
    }

    public Reply Update(Turn turn, ConnectionId connection, ApiCall.UpdateGroup call)
    {
        var draft = Documents.ReadGroup(call.Body);
        if (!draft.IsOk)
        {
            return Replies.Of(connection, draft.Error);
        }
        var url = PathId.Parse(call.Id);
        if (GroupEdits.StrayTarget(url, draft.Value) is { } stray && !call.Force)
        {
            return Replies.Of(connection, ApiErrors.StrayGroup(stray, url));
        }
        ApiResult<RootGroup> Edit(RootGroup root) => GroupEdits.Put(root, url, draft.Value, changes.Specs, VersionsOf(turn));
        if (call.DryRun)
        {
            var would = changes.Plan(turn, Edit, TreeChanges.NextVersion(turn), call.Force);
            if (would.IsOk && turn.Grants.Refusal(would.Value.Original, would.Value.Target) is { } forbidden)
            {
                return Replies.Of(connection, forbidden);
            }
            return would.IsOk
                ? Replies.Of(connection, 200, new JObject { ["steps"] = PlanWriter.WriteSteps(would.Value) })
                : Replies.Of(connection, would.Error);
        }
        var plan = changes.Make(turn, GroupEdits.TargetOf(url, draft.Value).Parent, Edit, call.Force);
        return plan.IsOk ? Replies.Started(connection, 200, plan.Value) : Replies.Of(connection, plan.Error);
    }

    /// <summary>Changes enforceRole only: no new version, no deployment.</summary>
    public Reply Patch(Turn turn, ConnectionId connection, ApiCall.PatchGroup call)
    {
        var draft = Documents.ReadGroup(call.Body);
        if (!draft.IsOk)
        {
            return Replies.Of(connection, draft.Error);
        }
        var patched = GroupEdits.PatchEnforceRole(turn.State.Root, PathId.Parse(call.Id), draft.Value.EnforceRole, changes.Specs);
        if (!patched.IsOk)
        {
            return Replies.Of(connection, patched.Error);
        }
        turn.Apply(new Change.RootChanged(patched.Value));
        return Replies.Of(connection, 200, null);
    }

    public Reply Delete(Turn turn, ConnectionId connection, ApiCall.DeleteGroup call)
    {
        var id = PathId.Parse(call.Id);
        if (turn.State.Root.FindGroup(id) is null)
        {
            return Replies.Of(connection, ApiErrors.UnknownGroup(id));
        }
        var plan = changes.Make(turn, id.Parent, root => GroupEdits.Delete(root, id), call.Force);
        return plan.IsOk ? Replies.Started(connection, 200, plan.Value) : Replies.Of(connection, plan.Error);
    }

    private static TreeVersionLookup VersionsOf(Turn turn) => version => turn.State.Roots.FindLast(root => root.Version == version);
}
