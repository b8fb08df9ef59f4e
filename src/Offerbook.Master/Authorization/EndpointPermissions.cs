using Offerbook.Storage.Formats;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Authorization;

/// <summary>Whether a principal may use an endpoint or make a call that shows something which is shown whole or not at all.</summary>
internal static class EndpointPermissions
{
    public static bool Allow(Authorizer authorizer, string route, string? principal) => authorizer.IsUnrestricted || route switch
    {
        Http.AgentEndpoint.Path => authorizer.Allows(AclAction.RegisterAgent, principal),
        "/flags" => authorizer.Allows(AclAction.ViewFlags, principal),
        "/files/browse" or "/files/read" or "/files/download" => authorizer.Allows(AclAction.AccessMasterLog, principal),
        // Prometheus' text shows the same as the snapshot.
        "/metrics" => authorizer.Allows(AclAction.GetEndpoint, principal, "/metrics/snapshot"),
        "/metrics/snapshot" or "/files/debug" or "/logging/toggle" or "/system/stats" =>
            authorizer.Allows(AclAction.GetEndpoint, principal, route),
        // The history of offers is not kept by user: whoever reads it sees all of it.
        Http.Book.BookEndpoint.Offers or Http.Book.BookEndpoint.Why or Http.Book.BookEndpoint.Fairness =>
            authorizer.Allows(AclAction.ViewFramework, principal) && authorizer.Allows(AclAction.ViewRole, principal),
        // There is no list of its own: whoever may end the life of any agent operates the cluster.
        FormatAnswer.Path => authorizer.Allows(AclAction.MarkAgentGone, principal),
        _ => true,
    };

    public static bool Allow(Authorizer authorizer, Type call, string? principal) => authorizer.IsUnrestricted || call switch
    {
        Type.GetFlags => authorizer.Allows(AclAction.ViewFlags, principal),
        Type.SetLoggingLevel => authorizer.Allows(AclAction.SetLogLevel, principal),
        Type.ListFiles or Type.ReadFile => authorizer.Allows(AclAction.AccessMasterLog, principal),
        _ => true,
    };
}
