using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Offerbook.Master.Hosting;
using Offerbook.Master.Http.Security;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using Offerbook.Wire.Json;

namespace Offerbook.Master.Http.Operators;

/// <summary>
/// What the older endpoints share that change something: JSON in the body whatever its content type says, and an operator call
/// made of it, so that the core knows one way to do each thing.
/// </summary>
internal static class PlainCalls
{
    /// <summary>The longest are schedules: 30,000 machines of 100 bytes.</summary>
    private const int MaxBodyBytes = 4 * 1024 * 1024;

    public static Task PostAsync(HttpContext context, RunningMaster master, OperatorCall call) =>
        CallEndpoint.ServeAsync(master, new Exchange<SchedulerEvent>(context, MessageFormat.Json, ""),
            connection => new MasterMessage.OperatorCallReceived(connection, call, context.PrincipalName()));

    /// <summary>Reads one message.</summary>
    /// <param name="explain">The text of a 400, from what is wrong and the body.</param>
    /// <returns>Null when the request was refused; the answer is on its way then.</returns>
    public static Task<T?> ReadAsync<T>(HttpContext context, Func<WireError, string, string> explain) where T : class, IMessage<T>, new() =>
        ReadAsync(context, explain, static bytes => MesosJson.Read<T>(bytes));

    /// <summary>Reads an array of messages.</summary>
    public static Task<IReadOnlyList<T>?> ReadListAsync<T>(HttpContext context, Func<WireError, string, string> explain)
        where T : class, IMessage<T>, new() => ReadAsync(context, explain, static bytes => MesosJson.ReadList<T>(bytes));

    private static async Task<T?> ReadAsync<T>(HttpContext context, Func<WireError, string, string> explain, Reader<T> read) where T : class
    {
        var body = await RequestBody.ReadAsync(context.Request, MaxBodyBytes, context.RequestAborted);
        if (body.IsRefused)
        {
            await context.Response.RefuseAsync(body.Refusal);
            return null;
        }
        if (read(body.Bytes.Span).TryGet(out var message, out var error))
        {
            return message;
        }
        await context.Response.WriteTextAsync(StatusCodes.Status400BadRequest, explain(error, Encoding.UTF8.GetString(body.Bytes.Span)));
        return null;
    }

    private delegate ReadResult<T> Reader<T>(ReadOnlySpan<byte> utf8) where T : class;
}
