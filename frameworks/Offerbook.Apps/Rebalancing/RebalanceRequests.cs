using Offerbook.Apps.Core;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Rebalancing;

/// <summary>Takes the moves that were found: a deployment of its own, although nothing of the app changes but its version.</summary>
internal sealed class RebalanceRequests(TreeChanges changes)
{
    /// <summary>Why the instances of an app cannot be moved; null: they can.</summary>
    public static ApiError? Refusal(RunSpec app) => app switch
    {
        { IsResident: true } =>
            ApiError.Of(422,
                $"{app.Id} has persistent volumes: its instances stay where those are. "
                + "[Kill an instance with wipe=true to have it start elsewhere with empty ones.]"),
        { IsDaemon: true } => ApiError.Of(422, $"{app.Id} runs on every agent that suits; there is nothing to move."),
        _ => null,
    };

    public Reply Move(Turn turn, ConnectionId connection, ApiCall.MoveInstances call)
    {
        var id = PathId.Parse(call.Id);
        if (turn.State.Root.FindSpec(id) is not { } app)
        {
            return Replies.Of(connection, ApiErrors.UnknownApp(id));
        }
        if (Refusal(app) is { } refusal)
        {
            return Replies.Of(connection, refusal);
        }
        var instances = call.Instances.Where(text => turn.State.Instances.Find(new InstanceId(text)) is { Goal: Goal.Running } instance
            && instance.App == id).ToList();
        if (instances.Count == 0)
        {
            return Replies.Of(connection, ApiError.Of(409, $"The instances of {id} have changed meanwhile. [Ask again.]"));
        }
        var version = TreeChanges.NextVersion(turn);
        ApiResult<RootGroup> Edit(RootGroup root) => root.WithSpec(app with { VersionInfo = app.VersionInfo.WithScaling(version) });
        var plan = changes.Make(turn, id.Parent, Edit, call.Force,
            toMove: new Dictionary<PathId, IReadOnlyList<string>> { [id] = instances });
        return plan.IsOk ? Replies.Started(connection, 200, plan.Value) : Replies.Of(connection, plan.Error);
    }
}
