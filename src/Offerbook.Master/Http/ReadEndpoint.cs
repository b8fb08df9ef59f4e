using Microsoft.AspNetCore.Http;
using Offerbook.Master.Hosting;
using Offerbook.Master.Http.Legacy;
using Offerbook.Master.Http.Reads;
using Offerbook.Master.Http.Security;
using Offerbook.Master.Operator.Views;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http;

/// <summary>The read endpoints that tools poll: any method, <c>?jsonp=name</c>, always answered from a view.</summary>
internal static class ReadEndpoint
{
    /// <summary>Serves a short read.</summary>
    public static Task ServeAsync(HttpContext context, RunningMaster master, Action<LegacyWriter, MasterView, IQueryCollection> write) =>
        ServeAsync(context, master, context.Request.Path.Value ?? "",
            (view, query) => new JsonAnswer().Then(1, json => write(json, view, query)));

    /// <param name="answer">What is read, drawn from a view and the query.</param>
    public static async Task ServeAsync(HttpContext context, RunningMaster master, string endpoint,
        Func<MasterView, IQueryCollection, Answer> answer)
    {
        if (!Jsonp.TryGetName(context.Request, out var callback))
        {
            await context.Response.RefuseAsync(Jsonp.BadName);
        }
        else if (await master.Authorized.GetAsync(context.PrincipalName()) is not { } view)
        {
            await context.Response.WriteTextAsync(StatusCodes.Status503ServiceUnavailable, "The master is stopping");
        }
        else
        {
            var query = context.Request.Query;
            await AnswerSender.SendAsync(context, master.Reads, view, endpoint, context.Request.QueryString.Value ?? "",
                callback.Length > 0 ? Jsonp.MediaType : MediaTypes.Json, () => Wrap(answer(view, query), callback));
        }
    }

    /// <summary>Sends JSON that is drawn from no view, or a call of the function that <c>jsonp</c> names.</summary>
    public static async Task SendAsync(HttpContext context, Action<LegacyWriter> write)
    {
        if (!Jsonp.TryGetName(context.Request, out var callback))
        {
            await context.Response.RefuseAsync(Jsonp.BadName);
            return;
        }
        var answer = Wrap(new JsonAnswer().Then(0, write), callback);
        using var body = new PieceBuffer();
        answer.Write(0, body);
        await context.WriteBytesAsync(body.Written, answer.ContentType);
    }

    private static Answer Wrap(Answer answer, string callback) => callback.Length > 0 ? new JsonpAnswer(answer, callback) : answer;
}
