using Offerbook.Coordination.Sessions;

namespace Offerbook.Coordination.Hosting.ZooKeeper.Native;

internal static class Codes
{
    public static Answer.Refused Refusal(int code) => (Code)code switch
    {
        Code.ConnectionLoss or Code.OperationTimeout or Code.Closing => new Answer.Refused(ServiceError.ConnectionLost),
        Code.SessionExpired or Code.InvalidState or Code.AuthFailed => new Answer.Refused(ServiceError.SessionOver),
        Code.NoNode => new Answer.Refused(ServiceError.NoNode),
        Code.NodeExists => new Answer.Refused(ServiceError.NodeExists),
        Code.NoAuth => new Answer.Refused(ServiceError.Denied),
        Code.BadArguments => new Answer.Refused(ServiceError.Invalid, "the path is malformed"),
        Code.InvalidAcl => new Answer.Refused(ServiceError.Invalid, "the access list is malformed"),
        // A request that came by a server which the session has left since: it has not been carried out.
        Code.SessionMoved => new Answer.Refused(ServiceError.Busy),
        _ => new Answer.Refused(ServiceError.Busy, FormattableString.Invariant($"code {code}")),
    };
}
