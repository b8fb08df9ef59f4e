using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Offerbook.Master.Hosting;
using Offerbook.Master.Http.Legacy;
using Offerbook.Master.Operator.Views;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http;

/// <summary>The read endpoints that tools poll: any method, <c>?jsonp=name</c>, always answered from a view.</summary>
internal static class ReadEndpoint
{
    public static async Task ServeAsync(HttpContext context, RunningMaster master, Action<LegacyWriter, MasterView, IQueryCollection> write)
    {
        if (await master.Views.GetAsync() is not { } view)
        {
            await context.Response.WriteTextAsync(StatusCodes.Status503ServiceUnavailable, "The master is stopping");
            return;
        }
        await SendAsync(context, json => write(json, view, context.Request.Query));
    }

    /// <summary>Sends JSON, or a call of the function that <c>jsonp</c> names.</summary>
    public static async Task SendAsync(HttpContext context, Action<LegacyWriter> write)
    {
        var body = new ArrayBufferWriter<byte>(4096);
        var callback = context.Request.Query["jsonp"].ToString();
        if (callback.Length > 0)
        {
            body.Write(Encoding.UTF8.GetBytes(callback + "("));
        }
        using (var json = new LegacyWriter(body))
        {
            write(json);
        }
        if (callback.Length > 0)
        {
            body.Write(");"u8);
        }
        await context.WriteBytesAsync(body.WrittenMemory, callback.Length > 0 ? "text/javascript" : MediaTypes.Json);
    }
}
