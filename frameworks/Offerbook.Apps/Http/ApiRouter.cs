using Offerbook.Actors.Hosting;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Http.Access;
using Offerbook.Apps.Http.Routing;

namespace Offerbook.Apps.Http;

/// <summary>
/// Finds what answers a request: 1. the routes that fit its path (none: 404); 2. of these the first with its method (none: 405);
/// 3. whether the client may do it (403); 4. whether the body is of a type that it takes (415); 5. whether the client takes what it
/// sends (406).
/// </summary>
/// <param name="back">Answer what may be large.</param>
internal sealed class ApiRouter(IEnumerable<IApiEndpoints> endpoints, ApiAccess access, BackThreads back)
{
    public IReadOnlyList<ApiRoute> Routes { get; } = endpoints.SelectMany(static part => part.Routes).ToList();

    public Task<ApiResponse?> AnswerAsync(ApiRequest request)
    {
        SortedSet<string>? others = null;
        foreach (var route in Routes)
        {
            if (!route.Template.TryMatch(request.Segments, out var values))
            {
                continue;
            }
            if (route.Method != request.Method)
            {
                (others ??= new SortedSet<string>(StringComparer.Ordinal)).Add(route.Method);
                continue;
            }
            request.Enter(route, values);
            return (access.Refusal(request, route) ?? Refusal(request, route)) is { } refusal
                ? Task.FromResult<ApiResponse?>(refusal) : route.IsLarge ? AnswerBehindAsync(request, route) : route.Answer(request);
        }
        return Task.FromResult<ApiResponse?>(others is null ? NotFound : Elsewhere(request, others));
    }

    private async Task<ApiResponse?> AnswerBehindAsync(ApiRequest request, ApiRoute route) =>
        !back.HasRoom ? CoreGate.Crowded : await back.RunAsync(async () =>
        {
            var answer = await route.Answer(request);
            if (answer?.Version is not null)
            {
                // Its tag is part of it, and computed here.
                _ = answer.Body.Hash;
            }
            return answer;
        });

    public static ApiResponse MethodNotAllowed { get; } = ApiResponse.Error(ApiErrors.Http(405, "Method Not Allowed"));

    public static ApiResponse UnsupportedMediaType { get; } = ApiResponse.Error(ApiErrors.Http(415, "Unsupported Media Type"));

    public static ApiResponse NotAcceptable { get; } = ApiResponse.Error(ApiErrors.Http(406, "Not Acceptable"));

    public static ApiResponse NotFound { get; } = ApiResponse.Error(ApiErrors.UriNotFound());

    private static ApiResponse? Refusal(ApiRequest request, ApiRoute route) =>
        route.Body is { OnlyJson: true } && request.HasForeignContentType ? UnsupportedMediaType
        : route.Produces.Count > 0 && !request.Accepts.Any(route.Produces) ? NotAcceptable
        : null;

    /// <summary>The path is known, the method is not.</summary>
    private static ApiResponse Elsewhere(ApiRequest request, SortedSet<string> methods)
    {
        if (methods.Contains("GET"))
        {
            methods.Add("HEAD");
        }
        methods.Add("OPTIONS");
        var answer = request.Method == "OPTIONS" ? ApiResponse.Empty(200) : MethodNotAllowed;
        return answer with { Headers = [KeyValuePair.Create("Allow", string.Join(", ", methods))] };
    }
}
