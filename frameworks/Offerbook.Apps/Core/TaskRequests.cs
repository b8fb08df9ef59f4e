using Newtonsoft.Json.Linq;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Json;
using Offerbook.Apps.Specs;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Core;

/// <summary>
/// Kills asked for under /v2/apps/{id}/tasks and /v2/tasks/delete: with scaling they are a deployment, without the tasks come back.
/// </summary>
internal sealed class TaskRequests(TreeChanges changes)
{
    public Reply Kill(Turn turn, ConnectionId connection, ApiCall.KillAppTasks call)
    {
        if (call.Scale && call.Wipe)
        {
            return Replies.Of(connection, ApiErrors.ScaleAndWipe());
        }
        var apps = Apps(turn, call.Id);
        if (!apps.IsOk)
        {
            return Replies.Of(connection, apps.Error);
        }
        var instances = apps.Value.SelectMany(app => turn.State.Instances.Of(app)).Where(instance => instance.IsActive)
            .Where(instance => call.Host is null or "*" || instance.Placement?.Host == call.Host).ToList();
        if (call.Task is null)
        {
            return Kill(turn, connection, instances, call.Scale, call.Wipe, call.Force, isOne: false);
        }
        var wanted = InstanceOf(call.Task);
        var one = instances.Where(instance => instance.Id == wanted).ToList();
        return one.Count == 0
            ? Replies.Of(connection, ApiErrors.UnknownTask(call.Task))
            : Kill(turn, connection, one, call.Scale, call.Wipe, call.Force, isOne: true);
    }

    public Reply Kill(Turn turn, ConnectionId connection, ApiCall.KillTasks call)
    {
        if (call.Scale && call.Wipe)
        {
            return Replies.Of(connection, ApiErrors.ScaleAndWipe());
        }
        var ids = Documents.ReadTaskIds(call.Body);
        if (!ids.IsOk)
        {
            return Replies.Of(connection, ids.Error);
        }
        var instances = new SortedDictionary<InstanceId, Instance>();
        foreach (var text in ids.Value)
        {
            if (InstanceOf(text) is not { } id)
            {
                return Replies.Of(connection, ApiErrors.BadRequest(
                    $"Invalid task id '{text}'. [A task id is the instance's id and the number of its task: "
                    + "<app>.instance-<uuid>._app.<n>.]"));
            }
            if (turn.State.Instances.Find(id) is { } instance && IsMeant(instance, call.Wipe))
            {
                instances[id] = instance;
            }
        }
        return Kill(turn, connection, instances.Values.ToList(), call.Scale, call.Wipe, call.Force, isOne: false);
    }

    private Reply Kill(Turn turn, ConnectionId connection, List<Instance> instances, bool scale, bool wipe, bool force, bool isOne)
    {
        if (scale)
        {
            return KillAndScale(turn, connection, instances, force);
        }
        var tasks = instances.Where(instance => instance.IsActive).Select(instance => turn.State.DefinitionOf(instance) is AppDefinition app
            ? TaskWriter.Write(app, instance) : null).OfType<JObject>().ToList();
        foreach (var instance in instances)
        {
            if (wipe)
            {
                InstanceKeeper.Decommission(turn, instance);
            }
            else
            {
                InstanceKeeper.RequestKill(turn, instance);
            }
        }
        return Replies.Of(connection, 200, isOne ? new JObject { ["task"] = tasks[0] } : new JObject { ["tasks"] = new JArray(tasks) });
    }

    private Reply KillAndScale(Turn turn, ConnectionId connection, List<Instance> instances, bool force)
    {
        var counted = instances.Where(instance => instance is { Goal: Goal.Running, KillRequested: false })
            .GroupBy(instance => instance.App)
            .Where(app => turn.State.Root.FindSpec(app.Key) is not null)
            .ToDictionary(app => app.Key, app => (IReadOnlyList<string>)app.Select(instance => instance.Id.Value).ToList());
        if (counted.Keys.Order().Where(app => turn.State.Root.FindSpec(app)!.IsDaemon).Select(app =>
            app.ToString()).FirstOrDefault() is { } daemon)
        {
            return Replies.Of(connection, ApiErrors.BadRequest(
                $"{daemon} runs on every agent that suits and cannot be scaled down by one. "
                + "[Kill without scale=true, or exclude the agent by a constraint.]"));
        }
        ApiResult<RootGroup> Edit(RootGroup root) => AppEdits.Scale(root, counted
            .OrderBy(app => app.Key)
            .Select(app => KeyValuePair.Create(app.Key, root.FindSpec(app.Key)!.Instances - app.Value.Count))
            .ToList());
        var plan = changes.Make(turn, PathId.Root, Edit, force, counted);
        return plan.IsOk ? Replies.Started(connection, 200, plan.Value) : Replies.Of(connection, plan.Error);
    }

    /// <summary>
    /// Only tasks are killed; but who wipes and names an instance may mean one that waits for the agent with its volumes, which will not
    /// come back.
    /// </summary>
    private static bool IsMeant(Instance instance, bool wipes) => instance.IsActive || (wipes && instance.Reservation is not null);

    /// <summary>The apps that an id means: itself, or with <c>/*</c> at the end all apps of a group.</summary>
    private static ApiResult<IReadOnlyList<PathId>> Apps(Turn turn, string id)
    {
        if (id == "*" || id.EndsWith("/*", StringComparison.Ordinal))
        {
            var group = PathId.Parse(id[..^1]);
            return turn.State.Root.FindGroup(group) is { } found
                ? found.TransitiveApps.Select(app => app.Id).ToArray()
                : ApiErrors.UnknownGroup(group);
        }
        var app = PathId.Parse(id);
        return turn.State.Root.FindApp(app) is null ? ApiErrors.UnknownApp(app) : new[] { app };
    }

    /// <summary>Any task of an instance names it.</summary>
    private static InstanceId? InstanceOf(string task)
    {
        if (InstanceId.TryParseTask(task, out var id, out _))
        {
            return id;
        }
        const string WithoutNumber = "._app";
        return task.EndsWith(WithoutNumber, StringComparison.Ordinal) && InstanceId.TryParse(task[..^WithoutNumber.Length], out id)
            ? id : null;
    }
}
