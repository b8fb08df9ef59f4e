using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Offerbook.Master.Hosting;
using Offerbook.Master.Http.Security;
using Offerbook.Wire;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http;

/// <summary>POST /teardown with <c>frameworkId=…</c> in the body, whatever its content type says.</summary>
internal static class TeardownEndpoint
{
    private const int MaxBodyBytes = 64 * 1024;

    public static async Task ServeAsync(HttpContext context, RunningMaster master)
    {
        if (!CallEndpoint.IsPost(context, out var refused))
        {
            await refused;
            return;
        }
        var body = await RequestBody.ReadAsync(context.Request, MaxBodyBytes, context.RequestAborted);
        if (body.IsRefused)
        {
            await context.Response.RefuseAsync(body.Refusal);
            return;
        }
        var form = QueryHelpers.ParseQuery(System.Text.Encoding.UTF8.GetString(body.Bytes.Span));
        if (!form.TryGetValue("frameworkId", out var id))
        {
            await context.Response.WriteTextAsync(StatusCodes.Status400BadRequest,
                "Missing 'frameworkId' query parameter in the request body");
            return;
        }
        var call = new OperatorCall
        {
            Type = OperatorCall.Types.Type.Teardown,
            Teardown = new() { FrameworkId = new Mesos.V1.FrameworkID { Value = id.ToString() } },
        };
        await CallEndpoint.ServeAsync(master, new Exchange<SchedulerEvent>(context, MessageFormat.Json, ""),
            connection => new MasterMessage.OperatorCallReceived(connection, call, context.PrincipalName()));
    }
}
