using Newtonsoft.Json.Linq;
using Offerbook.Apps.Http.Routing;

namespace Offerbook.Apps.Http;

/// <summary>/v2/pods</summary>
internal sealed class PodEndpoints : IApiEndpoints
{
    private static readonly ApiResponse Unsupported =
        ApiResponse.Error(501, "Pods are not supported by this version. Run each container as an app of a group.");

    public IReadOnlyList<ApiRoute> Routes { get; } =
    [
        Route.Get("/v2/pods", "All pods; HEAD tells that there are such", _ => ApiResponse.Json(new JArray())).Gives(200, "[Pod]", "The pods"),
        Route.Of("POST", "/v2/pods", "Create a pod", _ => Unsupported).Refuses(501, "Not supported"),
    ];
}
