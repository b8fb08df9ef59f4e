using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Offerbook.Apps.Http;
using Offerbook.Apps.Http.Events;
using Offerbook.Apps.Http.Logs;
using Offerbook.Apps.Http.Measuring;
using Offerbook.Apps.Http.Routing;
using Offerbook.Storage;

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
    private readonly CoreMeter _meter = new(TimeProvider.System);
    private readonly SemaphoreSlim _changing = new(1);
    private readonly AppsOptions _options;
    private AppsTerm? _term;
    private int _disposed;

    private AppsHost(AppsOptions options, IJournal journal, LogLevels levels)
    {
        (_options, _journal, _gate, _events) = (options, journal, new CoreGate(), new EventHub(TimeProvider.System));
        _web = new AppsWeb(options, _gate, _events, levels, TimeProvider.System, new Abdication(StepDownAsync, TimeProvider.System), _meter);
    }

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
        var journal = await JournalStore.OpenAsync(options.EffectiveStore, cancellation, warning => log.LogWarning("{Warning}", warning));
        var host = new AppsHost(options, journal, levels);
        try
        {
            // The address comes first: with port 0 only listening tells it, and tasks are told where the API is.
            await host._web.ListenAsync(cancellation);
            await host.LeadAsync(cancellation);
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
        await _changing.WaitAsync();
        if (_term is not null)
        {
            await _term.DisposeAsync();
        }
        await _events.DisposeAsync();
        await _journal.DisposeAsync();
        _completion.TrySetResult();
    }

    private Task LeadAsync(CancellationToken cancellation)
    {
        _term = new AppsTerm(_options, Address, _gate, _events, _journal, _meter);
        return _term.StartAsync(failure => _completion.TrySetException(failure), cancellation);
    }

    /// <summary>Ends the term, and as nobody else stands, begins the next at once. Clients are refused meanwhile, and streams end.</summary>
    private async Task StepDownAsync()
    {
        await _changing.WaitAsync();
        try
        {
            if (Volatile.Read(ref _disposed) != 0)
            {
                return;
            }
            _gate.Close();
            _events.CutAll();
            await _term!.DisposeAsync();
            await LeadAsync(CancellationToken.None);
        }
        catch (Exception failure)
        {
            _completion.TrySetException(failure);
        }
        finally
        {
            _changing.Release();
        }
    }
}
