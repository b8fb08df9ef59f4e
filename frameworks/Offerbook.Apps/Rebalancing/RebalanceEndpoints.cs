using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Http;
using Offerbook.Apps.Http.Routing;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Rebalancing;

/// <summary>/offerbook/v1/apps/{id}/rebalance: moves instances to where constraints and preferences hold better.</summary>
internal sealed class RebalanceEndpoints(CoreGate core, AppsSettings settings, TimeProvider time) : IApiEndpoints
{
    public IReadOnlyList<ApiRoute> Routes =>
    [
        Route.Post("/offerbook/v1/apps/{id}/rebalance", "Move an app's instances to where its constraints and preferences hold better",
            RebalanceAsync)
            .Asks(QueryParameter.Force, new QueryParameter("dryRun", "flag", "Only tell which instances would be moved", "false"))
            .Gives(200, "Rebalance", "The moves, and the deployment that makes them unless there is none to make")
            .Refuses(404, "There is no such app").Refuses(409, "A deployment is in the way").Refuses(422, "Its instances cannot be moved"),
    ];

    private async Task<ApiResponse> RebalanceAsync(ApiRequest request)
    {
        if (core.View.State.Root.FindSpec(request.Id) is not { } app)
        {
            return ApiResponse.Error(ApiErrors.UnknownApp(request.Id));
        }
        if (RebalanceRequests.Refusal(app) is { } refusal)
        {
            return ApiResponse.Error(refusal);
        }
        // What was offered before may be gone, and what is free now may never have been offered.
        await core.ReplyAsync(request, new ApiCall.LookAround([app.Role]));
        var view = core.View;
        var moves = RebalancePlan.Of(view, view.State.Root.FindSpec(request.Id) ?? app, settings.Matching,
            Timestamp.From(time.GetUtcNow()));
        var told = new JArray(moves.Select(move => new JObject
        {
            ["instanceId"] = move.Instance.Id.Value,
            ["from"] = move.Instance.Placement!.Host,
            ["to"] = move.To.Host,
        }));
        if (moves.Count == 0 || request.Flag("dryRun"))
        {
            return ApiResponse.Json(new JObject { ["moves"] = told });
        }
        var reply = await core.ReplyAsync(request,
            new ApiCall.MoveInstances(request.IdText, moves.Select(move => move.Instance.Id.Value).ToList(), request.Flag("force")));
        if (reply is { Status: 200, Body: JObject body })
        {
            body["moves"] = told;
        }
        return CoreGate.ResponseOf(request, reply);
    }
}
