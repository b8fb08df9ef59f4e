using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Actors.Hosting;

namespace Offerbook.Cli.Storefront;

/// <summary>
/// One instance of one tier of the example in docs/examples/storefront.json: a small real web server that calls the tier below it.
/// It reads what Apps gives every task: <c>PORT0</c>, <c>MESOS_TASK_ID</c>, <c>MARATHON_APP_ID</c>, <c>OFFERBOOK_APPS_URL</c>.
///   GET /health   200 while it serves, 503 while it shuts down
///   GET /         its own answer with that of the tier below inside; 502 when no instance below answers
/// </summary>
internal sealed class StorefrontServer(string tier, string? upstream, string release)
{
    private static readonly string[] Goods = ["lamp", "kettle", "desk", "chair", "clock"];

    private readonly string _task = Environment.GetEnvironmentVariable("MESOS_TASK_ID") ?? "by hand";
    private long _served;

    public async Task<int> RunAsync(int port, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
            kestrel.Listen(System.Net.IPAddress.Loopback, port);
        });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        await using var app = builder.Build();
        using var below = upstream is null ? null : new UpstreamTier(upstream);
        app.Run(context => AnswerAsync(context, below, cancellation));
        await app.StartAsync(cancellation);
        Console.WriteLine($"{tier} ({release}) serves on 127.0.0.1:{port} as {_task}");
        try
        {
            await Waiting.WaitForCancellationAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine($"{tier} stops after {Interlocked.Read(ref _served)} requests");
        }
        await app.StopAsync(CancellationToken.None);
        return ExitCode.Success;
    }

    private async Task AnswerAsync(HttpContext context, UpstreamTier? below, CancellationToken stopping)
    {
        switch (context.Request.Path.Value)
        {
            case "/health":
                context.Response.StatusCode = stopping.IsCancellationRequested ? 503 : 200;
                await context.Response.WriteAsync(stopping.IsCancellationRequested ? "stopping\n" : "ok\n");
                return;
            case "/":
                await AnswerPageAsync(context, below);
                return;
            default:
                context.Response.StatusCode = 404;
                await context.Response.WriteAsync("There is / and /health.\n");
                return;
        }
    }

    private async Task AnswerPageAsync(HttpContext context, UpstreamTier? below)
    {
        var number = Interlocked.Increment(ref _served);
        var answer = new JObject { ["tier"] = tier, ["release"] = release, ["task"] = _task, ["served"] = number };
        if (below is null)
        {
            answer["goods"] = new JArray(Goods.Cast<object>().ToArray());
        }
        else if (await below.AskAsync(context.RequestAborted) is { } inner)
        {
            answer["below"] = inner;
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
            answer["error"] = $"no instance of {upstream} answers";
        }
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToString(Formatting.None) + "\n", context.RequestAborted);
    }
}
