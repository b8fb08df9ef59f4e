using Offerbook.Apps.Core;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Http.Routing;
using Offerbook.Apps.Previews;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http;

/// <summary>/offerbook/v1/plan: what a document would change, without changing it.</summary>
internal sealed class PlanEndpoints(CoreGate core, AppsSettings settings, TimeProvider time) : IApiEndpoints
{
    private readonly FitCheck _fit = new(settings.Matching);

    public IReadOnlyList<ApiRoute> Routes =>
    [
        Route.Post("/offerbook/v1/plan", "Tell what a document would change: the steps, what restarts and why, and whether it fits now",
            PlanAsync)
            .Asks(QueryParameter.Force with { Meaning = "As for the change itself: allow what is refused only for caution" },
                QueryParameter.Restart)
            .Takes("PlanDocument",
                "An app or a pod (taken whole), a list of changes of apps, or a group of the root, as offerbook deploy takes them")
            .Gives(200, "PlanPreview", "What would happen").Refuses(422, "The document is not valid"),
    ];

    private async Task<ApiResponse> PlanAsync(ApiRequest request)
    {
        var restart = RestartParameter.Read(request);
        if (!restart.IsOk)
        {
            return ApiResponse.Error(restart.Error);
        }
        var body = await request.ReadJsonAsync();
        if (!body.IsOk)
        {
            return ApiResponse.Error(body.Error);
        }
        var now = Timestamp.From(time.GetUtcNow());
        var preview = PlanPreview.Of(core.View.State, settings, body.Value, restart.Value.Versioning ?? settings.Versioning,
            request.Flag("force"), now);
        if (!preview.IsOk)
        {
            return ApiResponse.Error(preview.Error);
        }
        if (request.Grants.Refusal(preview.Value.Original, preview.Value.Target) is { } forbidden)
        {
            return ApiResponse.Error(forbidden);
        }
        var starts = FitCheck.StartsOf(core.View.State, preview.Value);
        if (starts.Count > 0)
        {
            // What was offered before may be gone, and what is free now may never have been offered.
            await core.ReplyAsync(request, new ApiCall.LookAround(starts.Select(start => start.Spec.Role).Distinct().ToList()));
        }
        return ApiResponse.Json(PlanPreviewWriter.Write(core.View, preview.Value, _fit.Judge(core.View, starts, now)));
    }
}
