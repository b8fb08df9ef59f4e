using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Batch.Core;
using Offerbook.Batch.Errors;
using Offerbook.Batch.Jobs;
using Offerbook.Storage.Formats;

namespace Offerbook.Batch.Http;

/// <summary>
/// What Batch serves:
/// <code>
/// POST   /v1/jobs            201 the job · 400 no JSON · 409 the id exists · 413 · 415 · 422 what is wrong, by path · 503 too much
/// GET    /v1/jobs            200 ?state= ?offset= ?limit=, the newest first
/// GET    /v1/jobs/{id}       200 with a page of its runs · 404; ?wait=SECONDS answers when the job has ended, or then
/// DELETE /v1/jobs/{id}       202 being stopped · 200 has ended · 404
/// GET    /v1/info   GET /ping
/// GET    /offerbook/v1/format    POST: ?level= raises it · 400 · 409
/// </code>
/// Every error has the body {"message": …, "details": [{"path": …, "errors": […]}]}.
/// </summary>
internal sealed class JobEndpoints(ApiGate gate)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Map("/ping", context => Dispatch(context, ("GET", Ping), ("HEAD", Ping)));
        routes.Map("/v1/info", context => Dispatch(context, ("GET", Info)));
        routes.Map(FormatAnswer.Path, context => Dispatch(context, ("GET", Format), ("POST", Raise)));
        routes.Map("/v1/jobs", context => Dispatch(context, ("GET", List), ("POST", Add)));
        routes.Map("/v1/jobs/{id}", context => Dispatch(context, ("GET", Get), ("DELETE", Stop)));
        routes.MapFallback(context => Refuse(context, 404, $"There is nothing at {context.Request.Path}; jobs are at /v1/jobs"));
    }

    private static async Task Dispatch(HttpContext context, params (string Method, Func<HttpContext, Task> Handle)[] methods)
    {
        var handle = Array.Find(methods, m => m.Method == context.Request.Method).Handle;
        try
        {
            if (handle is not null)
            {
                await handle(context);
                return;
            }
            context.Response.Headers.Allow = string.Join(", ", methods.Select(m => m.Method));
            await Refuse(context, 405, $"{context.Request.Method} is not possible here; {context.Response.Headers.Allow} is");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has left; there is nobody to answer.
        }
    }

    private static Task Ping(HttpContext context)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Request.Method == "HEAD" ? Task.CompletedTask : context.Response.WriteAsync("pong");
    }

    private Task Info(HttpContext context) => Ask(context, ApiCall.GetInfo.Instance);

    private Task Format(HttpContext context) => Ask(context, new ApiCall.AskFormat(null));

    private Task Raise(HttpContext context)
    {
        var query = new QueryReader(context.Request.Query);
        return AskIfValid(context, query, new ApiCall.AskFormat(query.Level()));
    }

    private async Task Add(HttpContext context)
    {
        var (json, refusal) = await JsonBody.ReadAsync(context.Request);
        if (refusal is not null)
        {
            await Refuse(context, refusal.Status, refusal.Body);
        }
        else if (JobSpecReader.Read(json!, out var errors) is { } spec)
        {
            await Ask(context, new ApiCall.AddJob(spec));
        }
        else
        {
            await Refuse(context, 422, "The job is not valid", errors);
        }
    }

    private Task List(HttpContext context)
    {
        var query = new QueryReader(context.Request.Query);
        return AskIfValid(context, query, new ApiCall.ListJobs(query.Page(), query.State()));
    }

    private Task Get(HttpContext context)
    {
        var query = new QueryReader(context.Request.Query);
        return AskIfValid(context, query, new ApiCall.GetJob(Id(context), query.Page(), query.Wait()));
    }

    private Task Stop(HttpContext context) => Ask(context, new ApiCall.StopJob(Id(context)));

    private Task AskIfValid(HttpContext context, QueryReader query, ApiCall call) =>
        query.Errors.Count == 0 ? Ask(context, call) : Refuse(context, 400, "The query is not valid", query.Errors);

    private async Task Ask(HttpContext context, ApiCall call)
    {
        var reply = await gate.AskAsync(call, context.RequestAborted);
        if (reply.Location is not null)
        {
            context.Response.Headers.Location = reply.Location;
        }
        await Write(context, reply.Status, reply.Body);
    }

    private static string Id(HttpContext context) => (string)context.GetRouteValue("id")!;

    private static Task Refuse(HttpContext context, int status, string message, IReadOnlyList<PathErrors>? details = null) =>
        Write(context, status, ApiError.Body(message, details));

    private static Task Write(HttpContext context, int status, JToken body)
    {
        var text = new StringBuilder();
        using (var writer = new JsonTextWriter(new StringWriter(text, CultureInfo.InvariantCulture)))
        {
            body.WriteTo(writer);
        }
        if (status == 503)
        {
            context.Response.Headers.RetryAfter = "1";
        }
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }
}
