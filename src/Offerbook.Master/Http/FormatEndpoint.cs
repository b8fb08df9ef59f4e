using System.Globalization;
using Microsoft.AspNetCore.Http;
using Offerbook.Master.Hosting;
using Offerbook.Wire;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http;

/// <summary>
/// GET /offerbook/v1/format shows the format level of the journal, POST with <c>?level=</c> raises it. Both answer with JSON.
/// </summary>
internal static class FormatEndpoint
{
    public static Task ServeAsync(HttpContext context, RunningMaster master)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            return AskAsync(context, master, null);
        }
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            return context.RefuseMethodAsync("GET", "POST");
        }
        return int.TryParse(context.Request.Query["level"], NumberStyles.None, CultureInfo.InvariantCulture, out var level)
            ? AskAsync(context, master, level)
            : context.Response.WriteTextAsync(StatusCodes.Status400BadRequest,
                "Expecting the query parameter 'level', a whole number: the format level to raise the journal to");
    }

    private static Task AskAsync(HttpContext context, RunningMaster master, int? raiseTo) =>
        CallEndpoint.ServeAsync(master, new Exchange<SchedulerEvent>(context, MessageFormat.Json, "") { ContentType = MediaTypes.Json },
            connection => new MasterMessage.FormatAsked(connection, raiseTo));
}
