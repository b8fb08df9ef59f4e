using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Offerbook.Client.Hosting;

/// <summary>The web server of a framework that is a part of a program: it takes no signals and logs where its owner says.</summary>
public static class PartWeb
{
    public static WebApplicationBuilder CreateBuilder(ILoggerFactory logs)
    {
        // Empty: the usual builder takes settings from the directory that the program happens to be started in and from the environment,
        // and watches everything below that directory for changes of them.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        builder.Services.Replace(ServiceDescriptor.Singleton(logs));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        // Signals are its owner's business.
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, QuietLifetime>());
        return builder;
    }

    /// <param name="part">Its name.</param>
    /// <param name="places">Where it was told to listen.</param>
    /// <param name="flag">What chooses another port.</param>
    /// <returns>Where it listens.</returns>
    /// <exception cref="IOException">An address is taken or not ours; the message says what to do.</exception>
    public static async Task<IReadOnlyList<Uri>> ListenAsync(this WebApplication web, string part, string places, string flag,
        CancellationToken cancellation)
    {
        try
        {
            await web.StartAsync(cancellation);
        }
        catch (IOException refusal)
        {
            throw new IOException($"{part} cannot listen on {places}: {refusal.Message.TrimEnd('.')}. "
                + $"Stop what listens there, or choose another port ({flag}).", refusal);
        }
        return web.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address)).ToList();
    }

    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
