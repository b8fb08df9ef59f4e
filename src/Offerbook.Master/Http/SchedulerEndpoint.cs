using Microsoft.AspNetCore.Http;
using Offerbook.Master.Calls;
using Offerbook.Master.Hosting;
using Offerbook.Master.Http.Security;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using Type = Mesos.V1.Scheduler.Call.Types.Type;

namespace Offerbook.Master.Http;

/// <summary>
/// POST /api/v1/scheduler. The order of checks decides which error a client sees: method, content type, body, call, Accept, then the
/// core's.
/// </summary>
internal static class SchedulerEndpoint
{
    private const string StreamHeader = "Mesos-Stream-Id";

    public static async Task ServeAsync(HttpContext context, RunningMaster master)
    {
        if (!CallEndpoint.IsPost(context, out var refused))
        {
            await refused;
            return;
        }
        var request = await context.Request.ReadMessageAsync<SchedulerCall>(cancellation: context.RequestAborted);
        if (!request.TryGet(out var call, out var refusal))
        {
            await context.Response.RefuseAsync(refusal);
            return;
        }
        var principal = context.PrincipalName();
        if (SchedulerCallValidator.Validate(call, principal) is { } invalid)
        {
            await context.Response.WriteTextAsync(StatusCodes.Status400BadRequest, SchedulerCallValidator.Prefix + invalid);
            return;
        }
        var format = MessageFormat.Json;
        if (call.Type is Type.Subscribe or Type.ReconcileOperations
            && !ContentNegotiation.TryChooseResponse(Headers.Joined(context.Request.Headers.Accept), out format, out refusal))
        {
            await context.Response.RefuseAsync(refusal);
            return;
        }
        if (call.Type is not (Type.Acknowledge or Type.AcknowledgeOperationStatus) && !await master.Calls.AdmitAsync(context, principal))
        {
            return;
        }
        var streamId = Headers.Joined(context.Request.Headers[StreamHeader]);
        var places = call.Type == Type.Subscribe ? master.Schedulers : null;
        if (places?.TryEnter() == false)
        {
            await places.RefuseAsync(context);
            return;
        }
        var serving = CallEndpoint.ServeAsync(master, new Exchange<SchedulerEvent>(context, format, StreamHeader),
            connection => new MasterMessage.SchedulerCallReceived(connection, call, streamId, principal));
        await (places?.HoldAsync(serving) ?? serving);
    }
}
