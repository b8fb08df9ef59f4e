using Microsoft.AspNetCore.Http;
using Offerbook.Master.Authorization;
using Offerbook.Master.Calls;
using Offerbook.Master.Hosting;
using Offerbook.Master.Http.Reads;
using Offerbook.Master.Http.Security;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Http;

/// <summary>POST /api/v1. Calls that read are answered from a view, the others by the core.</summary>
internal static class OperatorEndpoint
{
    /// <summary>The longest calls are quota and maintenance lists.</summary>
    private const int MaxBodyBytes = 4 * 1024 * 1024;

    public static async Task ServeAsync(HttpContext context, RunningMaster master)
    {
        if (!CallEndpoint.IsPost(context, out var refused))
        {
            await refused;
            return;
        }
        var request = await context.Request.ReadMessageAsync<OperatorCall>(maxBytes: MaxBodyBytes, cancellation: context.RequestAborted);
        if (!request.TryGet(out var call, out var refusal))
        {
            await context.Response.RefuseAsync(refusal);
        }
        else if (OperatorCallValidator.Validate(call) is { } invalid)
        {
            await context.Response.WriteTextAsync(StatusCodes.Status400BadRequest, OperatorCallValidator.Prefix + invalid);
        }
        else if (!ContentNegotiation.TryChooseResponse(Headers.Joined(context.Request.Headers.Accept), out var format, out refusal))
        {
            await context.Response.RefuseAsync(refusal);
        }
        else if (!EndpointPermissions.Allow(master.Settings.Authorizer, call.Type, context.PrincipalName()))
        {
            await context.Response.WriteTextAsync(StatusCodes.Status403Forbidden, CallPermissions.Forbidden);
        }
        else if (ShellCalls.Find(call) is { } answer)
        {
            await answer(context, master, format);
        }
        else if (StateAnswers.Find(call.Type) is { } state)
        {
            await ReadAsync(context, master, call.Type, view => state(view, format), format);
        }
        else if (OperatorReads.Find(call.Type) is { } read)
        {
            await ReadAsync(context, master, call.Type, view => new WholeAnswer(read(view), format), format);
        }
        else if (call.Type == Type.Subscribe)
        {
            await OperatorStreamEndpoint.ServeAsync(context, master, format);
        }
        else
        {
            await CallEndpoint.ServeAsync(master, new Exchange<SchedulerEvent>(context, format, ""),
                connection => new MasterMessage.OperatorCallReceived(connection, call, context.PrincipalName()));
        }
    }

    private static async Task ReadAsync(HttpContext context, RunningMaster master, Type type,
        Func<Operator.Views.MasterView, Answer> read, MessageFormat format)
    {
        if (await master.Authorized.GetAsync(context.PrincipalName()) is not { } view)
        {
            await context.Response.WriteTextAsync(StatusCodes.Status503ServiceUnavailable, "The master is stopping");
            return;
        }
        await AnswerSender.SendAsync(context, master.Reads, view, type.ToString(), "", MediaTypes.Of(format), () => read(view));
    }
}
