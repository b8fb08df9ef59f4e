using Microsoft.AspNetCore.Http;
using Offerbook.Agent.Executors;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using Type = Mesos.V1.Executor.Call.Types.Type;

namespace Offerbook.Agent.Http.Executors;

/// <summary>
/// POST /api/v1/executor (API section 4). The order of checks decides which error a caller sees: who it is, method, content type,
/// body, call, Accept, then the core's.
/// </summary>
/// <param name="guard">Null: executors are not authenticated.</param>
internal sealed class ExecutorEndpoint(ExecutorConnections connections, ExecutorGuard? guard)
{
    public async Task HandleAsync(HttpContext context)
    {
        ExecutorClaims? claims = null;
        if (guard is not null && !guard.TryAdmit(context, out claims, out var refused))
        {
            await refused;
            return;
        }
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await context.RefuseMethodAsync("POST");
            return;
        }
        var request = await context.Request.ReadMessageAsync<ExecutorCall>(cancellation: context.RequestAborted);
        if (!request.TryGet(out var call, out var refusal))
        {
            await context.Response.RefuseAsync(refusal);
            return;
        }
        if (ExecutorCallValidator.Validate(call) is { } invalid)
        {
            await context.Response.WriteTextAsync(StatusCodes.Status400BadRequest, ExecutorCallValidator.Prefix + invalid);
            return;
        }
        var format = MessageFormat.Json;
        if (call.Type == Type.Subscribe && !ContentNegotiation.TryChooseResponse(context.Request.Headers.Accept, out format, out refusal))
        {
            await context.Response.RefuseAsync(refusal);
            return;
        }
        if (call.Type == Type.Heartbeat)
        {
            // Executors' libraries send it with made-up ids: it keeps the connection open, and no more.
            await context.Response.WriteTextAsync(StatusCodes.Status202Accepted, "");
            return;
        }
        await connections.ServeAsync(context, call, claims, format);
    }
}
