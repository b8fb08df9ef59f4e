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
        var request = await context.Request.ReadMessageAsync<AgentCall>(maxBytes: MaxBodyBytes, cancellation: context.RequestAborted);
        if (!request.TryGet(out var call, out var refusal))
        {
            await context.Response.RefuseAsync(refusal);
            return;
        }
        var streamId = Headers.Joined(context.Request.Headers[StreamHeader]);
        var remote = (context.Connection.RemoteIpAddress ?? System.Net.IPAddress.Loopback).MapToIPv4().ToString();
        await CallEndpoint.ServeAsync(master, new Exchange<AgentEvent>(context, request.Format, StreamHeader),
            connection => new MasterMessage.AgentCallReceived(connection, call, streamId, remote));
    }
}
