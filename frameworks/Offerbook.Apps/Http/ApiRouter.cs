using Offerbook.Apps.Errors;

namespace Offerbook.Apps.Http;

/// <summary>
/// Finds what answers a request. Paths of apps and groups have ids of any length in the middle, so the first two segments choose
/// the resource and the last ones what is asked of it.
/// </summary>
internal sealed class ApiRouter(AppEndpoints apps, GroupEndpoints groups, TaskEndpoints tasks, DeploymentEndpoints deployments,
    QueueEndpoints queue, SystemEndpoints system)
{
    public Task<ApiResponse> AnswerAsync(ApiRequest request)
    {
        var segments = request.Segments;
        return segments switch
        {
            ["v2", "apps", ..] => apps.AnswerAsync(request),
            ["v2", "groups", ..] => groups.AnswerAsync(request),
            ["v2", "deployments", ..] or ["offerbook", "v1", "deployments", _] => deployments.AnswerAsync(request),
            ["v2", "tasks", ..] => tasks.AnswerAsync(request),
            ["v2", "queue", ..] => queue.AnswerAsync(request),
            _ => Task.FromResult(system.Answer(request)),
        };
    }

    public static ApiResponse MethodNotAllowed { get; } = ApiResponse.Error(ApiErrors.Http(405, "Method Not Allowed"));

    public static ApiResponse UnsupportedMediaType { get; } = ApiResponse.Error(ApiErrors.Http(415, "Unsupported Media Type"));

    public static ApiResponse NotFound { get; } = ApiResponse.Error(ApiErrors.UriNotFound());
}
