using Offerbook.Apps.Access;
using Offerbook.Apps.Http.Routing;

namespace Offerbook.Apps.Http.Access;

/// <summary>
/// What every route needs, at one glance. One that is not here is closed to whoever may not do everything; a test says so before anybody
/// meets it.
/// Routes whose bodies name what they change need something somewhere here, and the core asks again about each thing that they touch.
/// </summary>
internal static class RoutePermissions
{
    private static readonly Permission Open = new Permission.Nothing();

    /// <summary>What the caller may not view is left out.</summary>
    private static readonly Permission Listed = new Permission.Nothing();

    private static readonly Permission View = new Permission.OnSpec(AccessAction.View);
    private static readonly Permission Update = new Permission.OnSpec(AccessAction.Update);
    private static readonly Permission Put = new Permission.OnSpec(AccessAction.Update, IfMissing: AccessAction.Create);
    private static readonly Permission Delete = new Permission.OnSpec(AccessAction.Delete);
    private static readonly Permission Run = new Permission.OnSpec(AccessAction.Run);
    private static readonly Permission ViewGroup = new Permission.SomeOfGroup();
    private static readonly Permission AnyChange = new Permission.Somewhere(AccessAction.Create, AccessAction.Update, AccessAction.Delete);
    private static readonly Permission RunDeployment = new Permission.OnDeployment(AccessAction.Run);
    private static readonly Permission ViewSystem = new Permission.OnSystem(Changes: false);
    private static readonly Permission ChangeSystem = new Permission.OnSystem(Changes: true);

    private static readonly Dictionary<string, Permission> s_byRoute = new(StringComparer.Ordinal)
    {
        ["GET /v2/apps"] = Listed,
        ["POST /v2/apps"] = new Permission.Somewhere(AccessAction.Create),
        ["PUT /v2/apps"] = new Permission.Somewhere(AccessAction.Create, AccessAction.Update),
        ["PATCH /v2/apps"] = new Permission.Somewhere(AccessAction.Update),
        ["GET /v2/apps/*"] = ViewGroup,
        ["GET /v2/apps/{id}/*"] = ViewGroup,
        ["GET /v2/apps/{id}/tasks"] = View,
        ["DELETE /v2/apps/{id}/tasks"] = Run,
        ["DELETE /v2/apps/{id}/tasks/{task}"] = Run,
        ["GET /v2/apps/{id}/versions"] = View,
        ["GET /v2/apps/{id}/versions/{version}"] = View,
        ["POST /v2/apps/{id}/restart"] = Run,
        ["GET /v2/apps/{id}"] = View,
        ["PUT /v2/apps/{id}"] = Put,
        ["PATCH /v2/apps/{id}"] = Update,
        ["DELETE /v2/apps/{id}"] = Delete,

        ["GET /v2/groups/versions"] = ViewGroup,
        ["GET /v2/groups/{id}/versions"] = ViewGroup,
        ["GET /v2/groups/versions/{version}"] = ViewGroup,
        ["GET /v2/groups/{id}/versions/{version}"] = ViewGroup,
        ["GET /v2/groups/apps"] = ViewGroup,
        ["GET /v2/groups/{id}/apps"] = ViewGroup,
        ["GET /v2/groups"] = ViewGroup,
        ["GET /v2/groups/{id}"] = ViewGroup,
        ["POST /v2/groups"] = new Permission.Somewhere(AccessAction.Create),
        ["POST /v2/groups/{id}"] = new Permission.Somewhere(AccessAction.Create),
        ["PUT /v2/groups"] = AnyChange,
        ["PUT /v2/groups/{id}"] = AnyChange,
        ["PATCH /v2/groups"] = new Permission.OnGroup(AccessAction.Update),
        ["PATCH /v2/groups/{id}"] = new Permission.OnGroup(AccessAction.Update),
        ["DELETE /v2/groups"] = new Permission.OnGroup(AccessAction.Delete),
        ["DELETE /v2/groups/{id}"] = new Permission.OnGroup(AccessAction.Delete),

        ["GET /v2/pods"] = Listed,
        ["POST /v2/pods"] = new Permission.Somewhere(AccessAction.Create),
        ["GET /v2/pods::status"] = Listed,
        ["GET /v2/pods/{id}::status"] = View,
        ["GET /v2/pods/{id}::versions"] = View,
        ["GET /v2/pods/{id}::versions/{version}"] = View,
        ["DELETE /v2/pods/{id}::instances/{instance}"] = Run,
        ["DELETE /v2/pods/{id}::instances"] = Run,
        ["GET /v2/pods/{id}"] = View,
        ["PUT /v2/pods/{id}"] = Put,
        ["DELETE /v2/pods/{id}"] = Delete,

        ["GET /v2/tasks"] = Listed,
        ["POST /v2/tasks/delete"] = new Permission.Somewhere(AccessAction.Run, AccessAction.Update),
        ["GET /v2/queue"] = Listed,
        ["DELETE /v2/queue/{id}/delay"] = Run,
        ["GET /v2/events"] = Listed,
        ["GET /v2/deployments"] = Listed,
        ["DELETE /v2/deployments/{deployment}"] = RunDeployment,

        ["GET /offerbook/v1/deployments"] = Listed,
        ["GET /offerbook/v1/deployments/{deployment}"] = new Permission.OnDeployment(AccessAction.View),
        ["POST /offerbook/v1/deployments/{deployment}/promote"] = RunDeployment,
        ["POST /offerbook/v1/deployments/{deployment}/pause"] = RunDeployment,
        ["POST /offerbook/v1/deployments/{deployment}/abort"] = RunDeployment,
        ["POST /offerbook/v1/apps/{id}/suspend"] = Update,
        ["POST /offerbook/v1/apps/{id}/resume"] = Update,
        ["POST /offerbook/v1/apps/{id}/rebalance"] = Run,
        ["GET /offerbook/v1/apps/{id}/failures"] = View,
        ["GET /offerbook/v1/apps/{id}/why"] = View,
        ["POST /offerbook/v1/groups/{id}/suspend"] = new Permission.OnGroup(AccessAction.Update),
        ["POST /offerbook/v1/groups/{id}/resume"] = new Permission.OnGroup(AccessAction.Update),
        ["POST /offerbook/v1/groups/{id}/restart"] = new Permission.OnGroup(AccessAction.Run),
        ["DELETE /offerbook/v1/groups/{id}/delay"] = new Permission.OnGroup(AccessAction.Run),
        ["DELETE /offerbook/v1/groups/delay"] = new Permission.OnGroup(AccessAction.Run),
        ["POST /offerbook/v1/plan"] = AnyChange,

        ["GET /offerbook/v1/format"] = ViewSystem,
        ["POST /offerbook/v1/format"] = ChangeSystem,

        ["GET /v2/info"] = ViewSystem,
        ["GET /v2/leader"] = ViewSystem,
        ["DELETE /v2/leader"] = ChangeSystem,
        ["GET /metrics"] = ViewSystem,
        ["GET /metrics/prometheus"] = ViewSystem,
        ["GET /config"] = ViewSystem,
        ["GET /logging"] = ViewSystem,
        ["POST /logging"] = ChangeSystem,

        ["GET /ping"] = Open,
        ["GET /v2/plugins"] = Open,
        ["GET /"] = Open,
        ["GET /help"] = Open,
        ["GET /ui"] = Open,
        ["GET /ui/{id}"] = Open,
        ["GET /openapi/v1.json"] = Open,
    };

    /// <summary>Null: nobody has said.</summary>
    public static Permission? Of(ApiRoute route) => s_byRoute.GetValueOrDefault(route.Method + " " + route.Template.Text);

    /// <summary>Routes that are spoken of.</summary>
    public static IReadOnlyCollection<string> Known => s_byRoute.Keys;
}
