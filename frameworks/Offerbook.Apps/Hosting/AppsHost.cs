using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Apps.Core;
using Offerbook.Apps.Http;
using Offerbook.Apps.Http.Events;
using Offerbook.Apps.Http.Logs;
using Offerbook.Apps.Http.Routing;
using Offerbook.Client.Hosting;
using Offerbook.Storage;
using Offerbook.Storage.Sqlite;
using Offerbook.Wire.Http;

namespace Offerbook.Apps.Hosting;

/// <summary>
/// A running Apps framework: its core, its journal, its connection to the master, its health probes and its HTTP server. Disposing
/// it leaves its tasks running; started again on the same data directory it takes them up again.
/// </summary>
public sealed class AppsHost : IAsyncDisposable
{
    private readonly AppsWeb _web;
    private readonly CoreGate _gate;
    private readonly EventHub _events;
    private readonly IJournal _journal;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CoreRunner<AppsMessage>? _runner;
    private SchedulerConnection? _connection;
    private HealthProber? _prober;
    private int _disposed;

    private AppsHost(AppsWeb web, CoreGate gate, EventHub events, IJournal journal) =>
        (_web, _gate, _events, _journal) = (web, gate, events, journal);

    /// <summary>What clients use, for instance <c>http://127.0.0.1:8080/</c>.</summary>
    public Uri Address => _web.Address;

    /// <summary>Everything that can be asked of it.</summary>
    internal IReadOnlyList<ApiRoute> Routes => _web.Routes;

    /// <summary>Ends when the host is disposed; faults when a part of it dies. A faulted host does nothing any more and wants to be disposed.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Starts serving and subscribing. The master need not be there yet.</summary>
    /// <exception cref="JournalUnavailableException">The data directory is held by another process or cannot be written.</exception>
    /// <exception cref="JournalDamagedException">The journal cannot be trusted.</exception>
    /// <exception cref="IOException">The address cannot be listened on; the message says what to do.</exception>
    public static async Task<AppsHost> StartAsync(AppsOptions options, CancellationToken cancellation = default, ILoggerFactory? logs = null)
    {
        var levels = new LogLevels(logs ?? NullLoggerFactory.Instance, TimeProvider.System);
        if (options.LogMinimum is { } least)
        {
            levels.TrySet(LogLevels.Root, least);
        }
        var log = levels.CreateLogger("Offerbook.Apps");
        var journal = await SqliteJournal.OpenAsync(options.Journal, cancellation, warning => log.LogWarning("{Warning}", warning));
        var (gate, events) = (new CoreGate(), new EventHub(TimeProvider.System));
        var host = new AppsHost(new AppsWeb(options, gate, events, levels, TimeProvider.System), gate, events, journal);
        try
        {
            // The address comes first: with port 0 only listening tells it, and tasks are told where the API is.
            await host._web.ListenAsync(cancellation);
            await host.RunAsync(options, cancellation);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        _gate.Close();
        _events.Close();
        await _web.DisposeAsync();
        // The core before what it talks through, so that what it has decided still leaves.
        if (_runner is not null)
        {
            await _runner.DisposeAsync();
        }
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
        if (_prober is not null)
        {
            await _prober.DisposeAsync();
        }
        await _events.DisposeAsync();
        await _journal.DisposeAsync();
        _completion.TrySetResult();
    }

    private async Task RunAsync(AppsOptions options, CancellationToken cancellation)
    {
        CoreRunner<AppsMessage> runner = null!;
        _connection = new SchedulerConnection(new SchedulerConnectionOptions(options.Masters)
            {
                Http = StreamingClientOptions.Default with { Credential = options.Credential },
            },
            (signal, stop) => runner.PostAsync(new AppsMessage.MasterSignalled(signal), stop));
        _prober = new HealthProber((message, stop) => runner.PostAsync(message, stop), TimeProvider.System);
        var core = new AppsCore(options.EffectiveSettings(Address), new SeededRandom((ulong)Random.Shared.NextInt64()));
        var shell = new AppsShell(_connection, _gate, _events, _prober);
        _runner = runner = new CoreRunner<AppsMessage>(core, shell, _journal, TimeProvider.System);
        await runner.StartAsync(cancellation);
        _gate.Open(runner.TryPost);
        Watch(runner.Completion);
        Watch(_connection.Completion);
    }

    private void Watch(Task part) => part.ContinueWith(
        (ended, _) => _completion.TrySetException(ended.Exception!.InnerException!),
        null, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
