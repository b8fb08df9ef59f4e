using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Batch.Core;
using Offerbook.Batch.Http;
using Offerbook.Client.Hosting;
using Offerbook.Storage;
using Offerbook.Wire.Http;

namespace Offerbook.Batch.Hosting;

/// <summary>
/// A running batch scheduler: its core, its journal, its connection to the master and its HTTP server. Disposing it leaves its
/// tasks running; started again on the same data directory it takes them up again.
/// </summary>
public sealed class BatchHost : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly ApiGate _gate;
    private readonly CoreRunner<BatchMessage> _runner;
    private readonly SchedulerConnection _connection;
    private readonly IJournal _journal;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _disposed;

    private BatchHost(WebApplication web, ApiGate gate, CoreRunner<BatchMessage> runner, SchedulerConnection connection, IJournal journal)
    {
        _web = web;
        _gate = gate;
        _runner = runner;
        _connection = connection;
        _journal = journal;
    }

    /// <summary>What clients use, for instance <c>http://127.0.0.1:8082/</c>.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Ends when the host is disposed; faults when a part of it dies. A faulted host does nothing any more and wants to be disposed.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Starts serving and subscribing. The master need not be there yet.</summary>
    /// <exception cref="JournalUnavailableException">The data directory is held by another process or cannot be written.</exception>
    /// <exception cref="JournalDamagedException">The journal cannot be trusted.</exception>
    /// <exception cref="IOException">The address cannot be listened on; the message says what to do.</exception>
    public static async Task<BatchHost> StartAsync(BatchOptions options, CancellationToken cancellation = default, ILoggerFactory? logs = null)
    {
        logs ??= NullLoggerFactory.Instance;
        var log = logs.CreateLogger("Offerbook.Batch");
        var journal = await JournalStore.OpenAsync(options.EffectiveStore, cancellation, warning => log.LogWarning("{Warning}", warning));

        CoreRunner<BatchMessage> runner = null!;
        var connection = new SchedulerConnection(new SchedulerConnectionOptions(options.Masters)
            {
                Http = StreamingClientOptions.Default with { Credential = options.Credential },
            },
            (signal, stop) => runner.PostAsync(new BatchMessage.MasterSignalled(signal), stop));
        var gate = new ApiGate(message => runner.TryPost(message));
        var core = new BatchCore(options.EffectiveSettings, new SeededRandom((ulong)Random.Shared.NextInt64()));
        runner = new CoreRunner<BatchMessage>(core, new BatchShell(connection, gate, log), journal, TimeProvider.System);
        var host = new BatchHost(BuildWeb(options, gate, logs), gate, runner, connection, journal);
        try
        {
            await host.ListenAsync(options, cancellation);
            await runner.StartAsync(cancellation);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
        host.Watch(runner.Completion);
        host.Watch(connection.Completion);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        _gate.Close();
        // Lets the answers leave that the gate has just given.
        await _web.StopAsync();
        await _web.DisposeAsync();
        // The core first, so that what it has decided still leaves; then what it talks through.
        await _runner.DisposeAsync();
        await _connection.DisposeAsync();
        await _journal.DisposeAsync();
        _completion.TrySetResult();
    }

    private static WebApplication BuildWeb(BatchOptions options, ApiGate gate, ILoggerFactory logs)
    {
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
        var web = builder.Build();
        new JobEndpoints(gate).Map(web);
        return web;
    }

    private async Task ListenAsync(BatchOptions options, CancellationToken cancellation)
    {
        try
        {
            await _web.StartAsync(cancellation);
        }
        catch (IOException refusal)
        {
            throw new IOException($"Batch cannot listen on {options.Listen}: {refusal.Message.TrimEnd('.')}. "
                + "Stop what listens there, or choose another port (--batch-port).", refusal);
        }
        var addresses = _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Address = new Uri(addresses.First());
    }

    private void Watch(Task part) => part.ContinueWith(
        (ended, _) => _completion.TrySetException(ended.Exception!.InnerException!),
        null, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
