using Offerbook.Apps.Core;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Hosting;
using Offerbook.Apps.Http.Routing;
using Offerbook.Apps.Specs;
using Offerbook.Wire.Http.Security;

namespace Offerbook.Apps.Http.Access;

/// <summary>
/// Lets in who shows a user and password (401 else), and lets viewers only read (403). What does not exist is 404 to them as to
/// everybody: they may see that it is not there.
/// </summary>
internal sealed class ApiAccess(ApiOptions options, CoreGate core)
{
    private readonly IAuthenticator? _authenticator = options.IsOpen ? null : options.Authenticator;

    /// <returns>Null: the client is let in.</returns>
    public ApiResponse? Refusal(ApiRequest request)
    {
        switch (_authenticator?.Authenticate(request.Context.Request.Headers.Authorization))
        {
            case AuthenticationResult.Unauthorized refused:
                return ApiResponse.Error(ApiErrors.NotAuthenticated()) with { Headers = [KeyValuePair.Create("WWW-Authenticate", refused.Challenge)] };
            case AuthenticationResult.Authenticated known:
                request.User = known.Principal.Value;
                break;
        }
        return null;
    }

    /// <summary>Whether the client may do what it asks for.</summary>
    /// <returns>Null: it may.</returns>
    public ApiResponse? Refusal(ApiRequest request, ApiRoute route)
    {
        if (request.User is null || options.Users.ContainsKey(request.User) || request.Method is "GET" or "OPTIONS")
        {
            return null;
        }
        return ApiResponse.Error(Missing(request, route, core.View.State) ?? ApiErrors.NotAuthorized());
    }

    /// <summary>What a change would say that needs something that is not there; null when it is there, or need not be.</summary>
    private static ApiError? Missing(ApiRequest request, ApiRoute route, AppsState state)
    {
        var creates = route.Method is "PUT" or "POST" && route.Template.Text is "/v2/apps/{id}" or "/v2/groups/{id}";
        if (creates)
        {
            return null;
        }
        return route.Template.Text.Split('/') switch
        {
            [_, "v2", "apps", "{id}", ..] when state.Root.FindApp(request.Id) is null && !request.IdText.EndsWith('*') => ApiErrors.UnknownApp(request.Id),
            [_, "v2", "groups", "{id}", ..] when state.Root.FindGroup(request.Id) is null => ApiErrors.UnknownGroup(request.Id),
            [_, "v2", "deployments", "{deployment}"] when state.FindDeployment(request.Value("deployment")) is null =>
                ApiErrors.UnknownDeployment(request.Value("deployment")),
            _ => null,
        };
    }
}
