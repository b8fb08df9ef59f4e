using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Offerbook.Actors.Hosting;
using Offerbook.Apps.Http;
using Offerbook.Apps.Http.Events;
using Offerbook.Apps.Http.Access;
using Offerbook.Apps.Http.Logs;
using Offerbook.Apps.Http.Measuring;
using Offerbook.Apps.Http.OpenApi;
using Offerbook.Apps.Http.Pages;
using Offerbook.Apps.Http.Rendering;
using Offerbook.Apps.Http.Routing;
using Offerbook.Apps.Pods.Http;
using Offerbook.Client.Hosting;

namespace Offerbook.Apps.Hosting;

/// <summary>The web server of one Apps framework.</summary>
internal sealed class AppsWeb : IAsyncDisposable
{
    private readonly AppsOptions _options;
    private readonly WebApplication _web;
    private readonly BackThreads _back = new("answers");

    /// <param name="standby">Answers requests while another leads; false: the request is to be served here. Null: none other ever
    /// leads.</param>
    public AppsWeb(AppsOptions options, CoreGate gate, EventHub events, LogLevels logs, TimeProvider time, Abdication? abdication = null,
        CoreMeter? asked = null,
        Func<HttpContext, Task<bool>>? standby = null)
    {
        _options = options;
        var builder = PartWeb.CreateBuilder(logs);
        var tls = options.Tls.Load();
        if (tls is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }
        // What a thread writes it sends itself: large answers go from threads that stand back. A read goes on as the request that it
        // belongs to.
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Bodies are bounded where they are read, with an answer that says so.
            kestrel.Limits.MaxRequestBodySize = null;
            if (!options.Tls.DisablesHttp)
            {
                kestrel.Listen(options.Listen);
            }
            if (tls is not null)
            {
                kestrel.Listen(options.Listen.Address, options.Tls.Port, secure => secure.UseHttps(tls));
            }
        });
        _web = builder.Build();
        var settings = options.EffectiveSettings(new UriBuilder("http", options.Listen.Address.ToString(), options.Listen.Port).Uri);
        var meter = new HttpMeter(time);
        var info = new InfoWriter(options, settings, () => Advertised, () => SecurePort);
        var metrics = new MetricsWriter(new MetricsReader(gate, events, meter, asked ?? new CoreMeter(time), settings, time, abdication));
        var access = new ApiAccess(options.Api, gate);
        var (pieces, cache) = (new AppPieces(time), new ResponseCache(gate, _back));
        var reads = new AppReads(gate, pieces, cache);
        var leader = new LeaderEndpoints(info, abdication,
            new LeaderBackup(options.BackupDirectory, options.OpenStore is null ? options.EffectiveStore : null));
        var router = new ApiRouter([
            new AppEndpoints(gate, reads), new GroupEndpoints(gate, reads, pieces, cache), new PodEndpoints(gate),
            new TaskEndpoints(gate, reads), new DeploymentEndpoints(gate, time),
            new RolloutEndpoints(gate, time), new PlanEndpoints(gate, settings, time),
            new Rebalancing.RebalanceEndpoints(gate, settings, time),
            new QueueEndpoints(gate, time), new EventStreamEndpoint(events, gate, pieces, meter),
            new SystemEndpoints(gate, info, metrics), leader, new FormatEndpoints(gate),
            new PageEndpoints(() => Routes!), new LoggingEndpoints(logs),
            new ConfigEndpoints(options), new OpenApiEndpoints(() => Routes!),
        ], access, _back);
        Routes = router.Routes;
        var server = new ApiServer(gate, router, access, options.Api, meter, () => Advertised, standby,
            logs.CreateLogger("Offerbook.Apps.Http"), _back);
        _web.Run(server.HandleAsync);
    }

    public IReadOnlyList<ApiRoute> Routes { get; }

    /// <summary>Known once it listens.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Of HTTPS; null when there is none. Known once it listens.</summary>
    public int? SecurePort { get; private set; }

    /// <summary>Where others reach it.</summary>
    public Uri Advertised => _options.Advertised(Address);

    /// <exception cref="IOException">The address is taken or not ours; the message says what to do.</exception>
    public async Task ListenAsync(CancellationToken cancellation)
    {
        var places = (_options.Tls.DisablesHttp ? "" : $"{_options.Listen}")
            + (_options.Tls.Keystore is null ? "" : $" (HTTPS: port {_options.Tls.Port})");
        var addresses = await _web.ListenAsync("Apps", places.Trim(), "--apps-port", cancellation);
        Address = addresses[0];
        SecurePort = addresses.FirstOrDefault(address => address.Scheme == "https")?.Port;
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _back.Dispose();
    }
}
