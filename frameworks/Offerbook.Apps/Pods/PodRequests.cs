using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Events;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Pods.Json;
using Offerbook.Apps.Specs;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Pods;

/// <summary>Changes asked for under /v2/pods.</summary>
internal sealed class PodRequests(TreeChanges changes)
{
    public Reply Create(Turn turn, ConnectionId connection, ApiCall.CreatePod call, ApiCaller caller)
    {
        var draft = PodReader.Read(call.Body);
        if (!draft.IsOk)
        {
            return Replies.Of(connection, draft.Error);
        }
        var id = PathId.Parse(draft.Value.Id);
        var plan = changes.Make(turn, id.Parent, root => Root(PodEdits.Create(root, draft.Value, changes.Specs)), call.Force);
        if (!plan.IsOk)
        {
            return Replies.Of(connection, plan.Error);
        }
        turn.Publish(PodEvents.Of("pod_created_event", caller));
        return Replies.Started(connection, 201, plan.Value, id.ToString(), PodWriter.Write(turn.State.Root.FindPod(id)!));
    }

    public Reply Update(Turn turn, ConnectionId connection, ApiCall.UpdatePod call, ApiCaller caller)
    {
        var draft = PodReader.Read(call.Body);
        if (!draft.IsOk)
        {
            return Replies.Of(connection, draft.Error);
        }
        var id = PathId.Parse(call.Id);
        var plan = changes.Make(turn, id.Parent, root => Root(PodEdits.Replace(root, id, draft.Value, changes.Specs)), call.Force);
        if (!plan.IsOk)
        {
            return Replies.Of(connection, plan.Error);
        }
        turn.Publish(PodEvents.Of("pod_updated_event", caller));
        return Replies.Started(connection, 200, plan.Value, null, PodWriter.Write(turn.State.Root.FindPod(id)!));
    }

    public Reply Delete(Turn turn, ConnectionId connection, ApiCall.DeletePod call, ApiCaller caller)
    {
        var id = PathId.Parse(call.Id);
        if (turn.State.Root.FindPod(id) is null)
        {
            return Replies.Of(connection, ApiErrors.UnknownPod(id));
        }
        var plan = changes.Make(turn, id.Parent, root => root.WithoutPod(id), call.Force);
        if (!plan.IsOk)
        {
            return Replies.Of(connection, plan.Error);
        }
        turn.Publish(PodEvents.Of("pod_deleted_event", caller));
        return new Reply(connection, 202,
            [KeyValuePair.Create("Location", "/" + plan.Value.Id), KeyValuePair.Create("Marathon-Deployment-Id", plan.Value.Id)], null);
    }

    /// <summary>Kills one instance, or with a body those that it lists. They are replaced; with wipe their volumes go too.</summary>
    public Reply Kill(Turn turn, ConnectionId connection, ApiCall.KillPodInstances call)
    {
        var id = PathId.Parse(call.Id);
        var wanted = call.Instance is { } one ? new[] { one } : PodInstanceIds.Read(call.Body!);
        if (!wanted.IsOk)
        {
            return Replies.Of(connection, wanted.Error);
        }
        if (PodInstanceIds.Check(wanted.Value, isOne: call.Instance is not null) is { } refusal)
        {
            return Replies.Of(connection, refusal);
        }
        if (turn.State.Root.FindPod(id) is null)
        {
            return Replies.Of(connection, ApiErrors.UnknownPath(id));
        }
        var instances = turn.State.Instances.Of(id).Where(instance => wanted.Value.Contains(instance.Id.Value)).ToList();
        if (call.Instance is not null && instances.Count == 0)
        {
            return Replies.Of(connection, ApiErrors.UnknownTask(call.Instance));
        }
        var told = instances.Select(instance => InstanceWriter.Write(turn.State.DefinitionOf(instance), instance)).ToList();
        foreach (var instance in instances)
        {
            if (call.Wipe)
            {
                InstanceKeeper.Decommission(turn, instance);
            }
            else
            {
                InstanceKeeper.RequestKill(turn, instance);
            }
        }
        return Replies.Of(connection, 200, call.Instance is not null ? told[0] : new JArray(told));
    }

    private static ApiResult<RootGroup> Root(ApiResult<PodEdit> edit) => edit.IsOk ? edit.Value.Root : edit.Error;
}
