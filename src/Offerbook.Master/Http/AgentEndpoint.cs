using Microsoft.AspNetCore.Http;
using Offerbook.Master.Hosting;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http;

/// <summary>POST /offerbook/agent/v1: what agents call. A stream is in the format of its SUBSCRIBE.</summary>
internal static class AgentEndpoint
{
    public const string Path = "/offerbook/agent/v1";

    private const string StreamHeader = "Offerbook-Stream-Id";

    /// <summary>A SUBSCRIBE lists every task of the agent: 10,000 of 4 KiB each.</summary>
    private const int MaxBodyBytes = 40 * 1024 * 1024;

    public static async Task ServeAsync(HttpContext context, RunningMaster master)
    {
        if (!CallEndpoint.IsPost(context, out var refused))
        {
            await refused;
            return;
        }
        var streamId = Headers.Joined(context.Request.Headers[StreamHeader]);
        if (string.IsNullOrEmpty(streamId) && ConnectionAge.MadeAt(context) < master.TakenOverAt)
        {
            await RefuseOldConnectionAsync(context);
            return;
        }
        // What names no stream opens one: it waits for its turn before its body is read.
        using var admission = string.IsNullOrEmpty(streamId) ? await master.Admissions.EnterAsync(context.RequestAborted) : null;
        await await BeginAsync(context, master, streamId, admission);
    }

    /// <summary>
    /// A SUBSCRIBE says what the agent had when it was sent. One through a connection from before the term may have been under way ever
    /// since, while other masters settled with the agent what it names: taken for the truth, it would bring ended tasks back.
    /// </summary>
    private static Task RefuseOldConnectionAsync(HttpContext context)
    {
        context.Response.Headers.Connection = "close";
        context.Response.Headers.RetryAfter = "1";
        return context.Response.WriteTextAsync(StatusCodes.Status503ServiceUnavailable,
            "This connection is older than the master's term, and so may the call be. Make another one and subscribe again");
    }

    /// <summary>Reads the call and puts it before the core. Nothing here outlives it, so that a stream holds on to no call.</summary>
    /// <returns>The rest of the exchange.</returns>
    private static async Task<Task> BeginAsync(HttpContext context, RunningMaster master, string? streamId, IDisposable? admission)
    {
        var request = await context.Request.ReadMessageAsync<AgentCall>(maxBytes: MaxBodyBytes, cancellation: context.RequestAborted);
        if (!request.TryGet(out var call, out var refusal))
        {
            return context.Response.RefuseAsync(refusal);
        }
        var remote = (context.Connection.RemoteIpAddress ?? System.Net.IPAddress.Loopback).MapToIPv4().ToString();
        var places = call.Type == AgentCall.Types.Type.Subscribe ? master.AgentStreams : null;
        if (places?.TryEnter() == false)
        {
            return places.RefuseAsync(context);
        }
        var exchange = new Exchange<AgentEvent>(context, request.Format, StreamHeader) { Admission = admission };
        // Agents wait as long as it takes: to send them away would only make them come back with more.
        var serving = CallEndpoint.ServeAsync(master, exchange,
            connection => new MasterMessage.AgentCallReceived(connection, call, streamId, remote),
            waits: true, ofCrowd: call.Type == AgentCall.Types.Type.Subscribe);
        return places?.HoldAsync(serving) ?? serving;
    }
}
