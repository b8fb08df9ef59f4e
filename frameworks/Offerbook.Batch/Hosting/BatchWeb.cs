using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Offerbook.Batch.Http;
using Offerbook.Client.Hosting;

namespace Offerbook.Batch.Hosting;

/// <summary>The web server of one batch scheduler.</summary>
internal sealed class BatchWeb : IAsyncDisposable
{
    private readonly BatchOptions _options;
    private readonly WebApplication _web;

    /// <param name="standby">Answers requests while another leads; false: the request is to be served here.</param>
    public BatchWeb(BatchOptions options, ApiGate gate, LeaderEndpoints leader, Func<HttpContext, Task<bool>> standby, ILoggerFactory logs)
    {
        _options = options;
        var builder = PartWeb.CreateBuilder(logs);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.Listen);
        });
        _web = builder.Build();
        _web.Use(async (context, next) =>
        {
            if (!await standby(context))
            {
                await next(context);
            }
        });
        _web.UseRouting();
        leader.Map(_web);
        new JobEndpoints(gate).Map(_web);
    }

    /// <summary>Known once it listens.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <exception cref="IOException">The address is taken or not ours; the message says what to do.</exception>
    public async Task ListenAsync(CancellationToken cancellation)
    {
        Address = (await _web.ListenAsync("Batch", $"{_options.Listen}", "--batch-port", cancellation))[0];
    }

    public async ValueTask DisposeAsync()
    {
        // Lets the answers leave that have just been given.
        await _web.StopAsync();
        await _web.DisposeAsync();
    }
}
