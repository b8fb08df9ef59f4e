using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Offerbook.Wire.Http;

/// <summary>Where a part listens.</summary>
/// <param name="Port">0 takes any free port.</param>
/// <param name="PortFlag">The command line flag that changes the port, for the text of the error.</param>
public sealed record ListenOptions(IPAddress Address, int Port, string PortFlag)
{
    /// <summary>One more connection is closed unanswered; null: any number.</summary>
    public long? MaxConnections { get; init; }

    /// <summary>All headers of a request; longer ones are answered 431.</summary>
    public int MaxHeaderBytes { get; init; } = 32 * 1024;

    /// <summary>How long the head of a request may take to arrive.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public override string ToString() => new IPEndPoint(Address, Port).ToString();
}

/// <summary>
/// A slim Kestrel that hands every request to one delegate. Several live in one process: it takes no signals, reads no
/// configuration and writes no console. Bodies are bounded by who reads them (<see cref="RequestBody"/>).
/// </summary>
public sealed class HttpServer : IAsyncDisposable
{
    /// <summary>How long exchanges may take to end when the server stops; what is still open then is cut.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Connections that the kernel may hold until they are taken: a fleet that returns after a failover comes at once, and one that
    /// finds no room waits 1, 3, 7 … s before its next attempt. The kernel caps it at net.core.somaxconn, 4,096 since Linux 5.4.
    /// </summary>
    private const int Backlog = 4096;

    private readonly WebApplication _app;

    private HttpServer(WebApplication app, IPEndPoint endPoint)
    {
        _app = app;
        EndPoint = endPoint;
    }

    /// <summary>Where it listens, with the port that was taken.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>What clients on this machine use.</summary>
    public Uri Address => new($"http://{new IPEndPoint(Reachable(EndPoint.Address), EndPoint.Port)}/");

    /// <param name="logging">Null: warnings go nowhere.</param>
    /// <exception cref="IOException">The address cannot be listened on; the message says what to do.</exception>
    public static async Task<HttpServer> StartAsync(
        ListenOptions listen, RequestDelegate handler, ILoggerFactory? logging, CancellationToken cancellation)
    {
        // Empty: the usual builder takes settings from the directory that the program happens to be started in and from the environment,
        // and watches everything below that directory for changes of them.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        if (logging is not null)
        {
            builder.Services.AddSingleton(logging);
        }
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopGrace);
        builder.WebHost.UseSockets(sockets =>
        {
            sockets.Backlog = Backlog;
            // A read goes on as the call that it belongs to, instead of passing the thread pool's queue twice more behind every new
            // connection. A handler that takes long holds up no other connection: the engine hands its queue to another worker first.
            sockets.UnsafePreferInlineScheduling = true;
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxConcurrentConnections = listen.MaxConnections;
            kestrel.Limits.MaxRequestHeadersTotalSize = listen.MaxHeaderBytes;
            kestrel.Limits.RequestHeadersTimeout = listen.HeaderTimeout;
            kestrel.Listen(listen.Address, listen.Port, options =>
            {
                options.Protocols = HttpProtocols.Http1;
                options.Use(ConnectionAge.Stamp);
            });
        });
        var app = builder.Build();
        app.Run(handler);
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException fault)
        {
            await app.DisposeAsync();
            throw new IOException($"Cannot listen on {listen}: {fault.Message} "
                + $"Stop what holds the address, or choose another port with {listen.PortFlag}.", fault);
        }
        var bound = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return new HttpServer(app, new IPEndPoint(listen.Address, bound.Port));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static IPAddress Reachable(IPAddress address) =>
        address.Equals(IPAddress.Any) ? IPAddress.Loopback : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address;

    /// <summary>Signals belong to the program, not to the parts in it.</summary>
    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
