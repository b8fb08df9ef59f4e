using Microsoft.AspNetCore.Http;
using Offerbook.Master.Hosting;
using Offerbook.Master.Http.Security;
using Offerbook.Wire;

namespace Offerbook.Master.Http;

/// <summary>SUBSCRIBE of an operator: a snapshot, then every event of tasks, agents and frameworks.</summary>
internal static class OperatorStreamEndpoint
{
    public static Task ServeAsync(HttpContext context, RunningMaster master, MessageFormat format) =>
        CallEndpoint.ServeAsync(master,
            new OperatorExchange(context, format, master.Exchanges.OperatorFeed, master.Authorized.FilterOf(context.PrincipalName())),
            connection => new MasterMessage.OperatorStreamRequested(connection));
}
