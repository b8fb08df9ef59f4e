using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;
using Offerbook.Wire.Http;

namespace Offerbook.Agent.Tests.Fetcher;

/// <summary>Serves files over real HTTP from memory, and counts who asks.</summary>
internal sealed class FileHost : IAsyncDisposable
{
    private readonly HttpServer _server;

    private FileHost(HttpServer server) => _server = server;

    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    public ConcurrentQueue<string> Asked { get; } = new();

    public ConcurrentQueue<string> Credentials { get; } = new();

    /// <summary>Awaited before each answer.</summary>
    public Func<HttpContext, Task> Before { get; set; } = _ => Task.CompletedTask;

    public static async Task<FileHost> StartAsync()
    {
        FileHost? host = null;
        var server = await HttpServer.StartAsync(new ListenOptions(IPAddress.Loopback, 0, "--port"), context => host!.AnswerAsync(context),
            null, CancellationToken.None);
        return host = new FileHost(server);
    }

    public string Url(string path) => new Uri(_server.Address, path).ToString();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        Asked.Enqueue(context.Request.Path);
        Credentials.Enqueue(context.Request.Headers.Authorization.ToString());
        await Before(context);
        if (context.Request.Path == "/elsewhere")
        {
            context.Response.Redirect("/file");
            return;
        }
        if (!Files.TryGetValue(context.Request.Path, out var body))
        {
            context.Response.StatusCode = 404;
            return;
        }
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body);
    }
}
