using Offerbook.Apps.Http.Routing;

namespace Offerbook.Apps.Http.OpenApi;

/// <summary>The description of the API, itself included.</summary>
/// <param name="routes">All of them; asked when the document is first wanted.</param>
internal sealed class OpenApiEndpoints(Func<IReadOnlyList<ApiRoute>> routes) : IApiEndpoints
{
    private readonly Lazy<ApiResponse> _document = new(() => ApiResponse.Json(OpenApiWriter.Write(routes())));

    public IReadOnlyList<ApiRoute> Routes =>
    [
        Route.Get("/openapi/v1.json", "This document", _ => _document.Value).Gives(200, "any", "The document"),
    ];
}
