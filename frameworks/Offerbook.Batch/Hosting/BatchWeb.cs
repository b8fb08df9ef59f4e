using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Offerbook.Batch.Http;

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
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.Replace(ServiceDescriptor.Singleton(logs));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        // A part of a program: signals are its owner's business.
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, QuietLifetime>());
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
        try
        {
            await _web.StartAsync(cancellation);
        }
        catch (IOException refusal)
        {
            throw new IOException($"Batch cannot listen on {_options.Listen}: {refusal.Message.TrimEnd('.')}. "
                + "Stop what listens there, or choose another port (--batch-port).", refusal);
        }
        var addresses = _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Address = new Uri(addresses.First());
    }

    public async ValueTask DisposeAsync()
    {
        // Lets the answers leave that have just been given.
        await _web.StopAsync();
        await _web.DisposeAsync();
    }

    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
