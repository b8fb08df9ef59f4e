using Offerbook.Apps.Access;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Hosting;
using Offerbook.Apps.Http.Routing;
using Offerbook.Apps.Specs;
using Offerbook.Wire.Http.Security;

namespace Offerbook.Apps.Http.Access;

/// <summary>
/// Lets in who shows a user and password (401 else), and lets everybody do what the route asks for and the rules grant (403 else). What
/// does not
/// exist is 404 to all: they may see that it is not there. What a change of the tree touches is looked at where that is known, in the core.
/// </summary>
internal sealed class ApiAccess(ApiOptions options, CoreGate core)
{
    private readonly IAuthenticator? _authenticator = options.IsOpen ? null : options.Authenticator;
    private readonly Dictionary<string, Grants> _grants = options.Users.Keys.Concat(options.Viewers.Keys).Distinct()
        .ToDictionary(user => user, user => GrantsOf(user, options));

    /// <returns>Null: the client is let in.</returns>
    public ApiResponse? Refusal(ApiRequest request)
    {
        switch (_authenticator?.Authenticate(request.Context.Request.Headers.Authorization))
        {
            case AuthenticationResult.Unauthorized refused:
                return ApiResponse.Error(
                    ApiErrors.NotAuthenticated()) with { Headers = [KeyValuePair.Create("WWW-Authenticate", refused.Challenge)] };
            case AuthenticationResult.Authenticated known:
                request.Grants = known.Principal.Value is { } name ? _grants.GetValueOrDefault(name, Grants.None) : Grants.None;
                break;
        }
        return null;
    }

    /// <summary>Whether the client may do what it asks for.</summary>
    /// <returns>Null: it may.</returns>
    public ApiResponse? Refusal(ApiRequest request, ApiRoute route)
    {
        if (ReferenceEquals(request.Grants, Grants.Everything))
        {
            return null;
        }
        var state = core.View.State;
        var problem = RoutePermissions.Of(route) switch
        {
            Permission.Nothing => null,
            Permission.OnSpec on => OnSpec(request, state, on, route),
            Permission.OnGroup on =>
                state.Root.FindGroup(request.Id) is null
                    ? ApiErrors.UnknownGroup(request.Id) : Check(request.Grants.Allows(on.Action, request.Id)),
            Permission.SomeOfGroup =>
                state.Root.FindGroup(request.Id) is null ? ApiErrors.UnknownGroup(request.Id) : Check(request.Grants.ViewsPart(request.Id)),
            Permission.OnDeployment on => OnDeployment(request.Grants, state, on.Action, request.Value("deployment")),
            Permission.Somewhere some => Check(some.Actions.Any(request.Grants.AllowsSome)),
            Permission.OnSystem on => Check(on.Changes ? request.Grants.ChangesSystem : request.Grants.ViewsSystem),
            _ => ApiErrors.NotAuthorized(),
        };
        return problem is null ? null : ApiResponse.Error(problem);
    }

    private static ApiError? OnSpec(ApiRequest request, AppsState state, Permission.OnSpec on, ApiRoute route)
    {
        if (request.IdText == "*" || request.IdText.EndsWith("/*", StringComparison.Ordinal))
        {
            var group = PathId.Parse(request.IdText[..^1]);
            return state.Root.FindGroup(group) is null ? ApiErrors.UnknownGroup(group)
                : Check(on.Action == AccessAction.View ? request.Grants.ViewsPart(group) : request.Grants.Allows(on.Action, group));
        }
        var isPod = route.Template.Text.StartsWith("/v2/pods", StringComparison.Ordinal);
        var exists = isPod ? state.Root.FindPod(request.Id) is not null
            || state.Instances.Of(request.Id).Any() : state.Root.FindSpec(request.Id) is not null;
        return exists ? Check(request.Grants.Allows(on.Action, request.Id))
            : on.IfMissing is { } action ? Check(request.Grants.Allows(action, request.Id))
            : isPod ? ApiErrors.UnknownPod(request.Id) : ApiErrors.UnknownApp(request.Id);
    }

    private static ApiError? OnDeployment(Grants grants, AppsState state, AccessAction action, string id)
    {
        var apps = state.FindDeployment(id)?.Plan.AffectedApps
            ?? (action == AccessAction.View ? state.Finished.Find(finished => finished.Id == id)?.AffectedApps : null);
        return apps is null ? ApiErrors.UnknownDeployment(id)
            : Check(action == AccessAction.View ? apps.Count == 0 || apps.Any(grants.Views) : apps.All(app => grants.Allows(action, app)));
    }

    private static ApiError? Check(bool isAllowed) => isAllowed ? null : ApiErrors.NotAuthorized();

    private static Grants GrantsOf(string user, ApiOptions options)
    {
        var grants = options.Rules?.GrantsOf(user) ?? Grants.Everything;
        return options.Users.ContainsKey(user) ? grants : grants.OnlyReading();
    }
}
