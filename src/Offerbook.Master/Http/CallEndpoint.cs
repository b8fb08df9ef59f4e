using Microsoft.AspNetCore.Http;
using Offerbook.Master.Hosting;
using Offerbook.Wire.Http;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Http;

/// <summary>What every endpoint for calls does once it knows the call.</summary>
internal static class CallEndpoint
{
    /// <summary>
    /// Puts the call before the core and sends what it answers; stays until a stream has ended. The call itself is let go of at once:
    /// a stream may last for months, and a SUBSCRIBE that lists tasks may be large.
    /// </summary>
    /// <param name="waits">Whether it waits for room in the mailbox for as long as that takes; else it is answered 503 after a
    /// while.</param>
    /// <param name="ofCrowd">One that waits may be of a crowd, which all others overtake.</param>
    public static Task ServeAsync(RunningMaster master, Exchange exchange, Func<ConnectionId, MasterMessage> message, bool waits = false,
        bool ofCrowd = false)
    {
        var connection = master.Exchanges.Add(exchange);
        return StayAsync(master, exchange, connection, waits
            ? master.PostAsync(message(connection), ofCrowd) : master.TryPostAsync(message(connection)), waits);
    }

    private static async Task StayAsync(RunningMaster master, Exchange exchange, ConnectionId connection, ValueTask<bool> posted,
        bool waits)
    {
        try
        {
            if (!await posted)
            {
                if (waits)
                {
                    exchange.Fail("The master is stopping");
                }
                else
                {
                    exchange.Overload(master.Runner.QueueDepth);
                }
            }
            if (await exchange.RunAsync() && !exchange.IsClosedByMaster)
            {
                await master.PostAsync(new MasterMessage.ConnectionClosed(connection));
            }
        }
        finally
        {
            master.Exchanges.Remove(connection);
        }
    }

    /// <returns>Whether the method is right; if not, the answer is on its way.</returns>
    public static bool IsPost(HttpContext context, out Task refused)
    {
        var isPost = HttpMethods.IsPost(context.Request.Method);
        refused = isPost ? Task.CompletedTask : context.RefuseMethodAsync("POST");
        return isPost;
    }
}
