using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Offerbook.Apps.Http;
using Offerbook.Apps.Http.Events;
using Offerbook.Apps.Http.Logs;
using Offerbook.Apps.Http.Measuring;
using Offerbook.Apps.Http.Routing;
using Offerbook.Client.Hosting.Standby;
using Offerbook.Client.Hosting.Terms;
using Offerbook.Coordination.Hosting;
using Offerbook.Storage;

namespace Offerbook.Apps.Hosting;

/// <summary>
/// A running Apps framework. While it leads, which it always does alone, it has a term: a core, its journal, its connection to the
/// master and its health probes. While another leads it hands requests on to that one. Disposing it leaves its tasks running; the next
/// term, here or elsewhere, takes them up again.
/// <code>
/// Kestrel ─▶ Candidacy ─ another leads ─▶ the leader
///             └ it leads ─▶ ApiServer ─▶ CoreGate ─▶ AppsTerm, one after the other, as its election goes
/// </code>
/// </summary>
public sealed class AppsHost : IAsyncDisposable
{
    private readonly AppsWeb _web;
    private readonly CoreGate _gate = new();
    private readonly EventHub _events = new(TimeProvider.System);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CoreMeter _meter = new(TimeProvider.System);
    private readonly Abdication _abdication;
    private readonly AppsOptions _options;
    private readonly ILogger _log;
    private volatile Candidacy? _candidacy;
    private int _disposed;

    private AppsHost(AppsOptions options, LogLevels levels)
    {
        (_options, _log) = (options, levels.CreateLogger("Offerbook.Apps"));
        _abdication = new Abdication(() => _candidacy!.StepDownAsync(), TimeProvider.System);
        _web = new AppsWeb(options, _gate, _events, levels, TimeProvider.System, _abdication, _meter, HandOnAsync);
    }

    /// <summary>What clients on this machine use, for instance <c>http://127.0.0.1:8080/</c>.</summary>
    public Uri Address => _web.Address;

    /// <summary>The port of HTTPS at the same address; null when there is none.</summary>
    public int? SecurePort => _web.SecurePort;

    /// <summary>Everything that can be asked of it.</summary>
    internal IReadOnlyList<ApiRoute> Routes => _web.Routes;

    /// <summary>Whether it leads and serves.</summary>
    public bool Leads => _candidacy?.Serves == true;

    /// <summary>
    /// Ends when the host is disposed; faults when a part of it dies. A faulted host does nothing any more and wants to be disposed.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>
    /// Starts serving and subscribing; who stands in an election, only listening: another may lead. The master need not be there yet.
    /// </summary>
    /// <exception cref="JournalUnavailableException">It stands alone, and its store is held by another process or cannot be
    /// used.</exception>
    /// <exception cref="JournalDamagedException">It stands alone, and the journal cannot be trusted.</exception>
    /// <exception cref="IOException">The address cannot be listened on; the message says what to do.</exception>
    /// <exception cref="FormatException">It stands in an election, and its store is not one that all candidates reach.</exception>
    public static async Task<AppsHost> StartAsync(AppsOptions options, CancellationToken cancellation = default,
        ILoggerFactory? logs = null)
    {
        if (options is { ZooKeeper: not null, IsHighlyAvailable: true })
        {
            ElectionOptions.RequireShared(options.EffectiveStore);
        }
        var levels = new LogLevels(logs ?? NullLoggerFactory.Instance, TimeProvider.System);
        if (options.LogMinimum is { } least)
        {
            levels.TrySet(LogLevels.Root, least);
        }
        var host = new AppsHost(options, levels);
        try
        {
            // The address comes first: with port 0 only listening tells it, and tasks, rivals and clients are told where the API is.
            await host._web.ListenAsync(cancellation);
            await host.StandAsync(cancellation);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
        return host;
    }

    /// <summary>Takes no more requests, finishes those it has, lets another lead, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        if (_candidacy is { } leaving)
        {
            await leaving.LeaveAsync();
        }
        _gate.Close();
        _events.Close();
        await _web.DisposeAsync();
        if (_candidacy is { } left)
        {
            await left.DisposeAsync();
        }
        await _events.DisposeAsync();
        _completion.TrySetResult();
    }

    private async Task StandAsync(CancellationToken cancellation)
    {
        var standby = new StandbyOptions(_web.Advertised)
        {
            ConnectTimeout = _options.Api.LeaderConnectTimeout,
            ReadTimeout = _options.Api.LeaderReadTimeout,
            Trust = _options.Tls.LoadLeaderTrust(),
            MaxBodyBytes = ApiRequest.MaxBodyBytes,
            SendsAway = static request => request.Path.Value?.StartsWith("/v2/events", StringComparison.Ordinal) == true,
        };
        var candidacy = _candidacy = await Candidacy.StandAsync(_options.Election, standby, _options.OpenStore is null
            ? _options.EffectiveStore : null,
            incumbency =>
                new AppsTerm(_options, _web.Advertised, opening => _options.OpenJournalAsync(_log, opening), _gate, _events, _meter,
                    incumbency), _log, Hear);
        _meter.Store = () => candidacy.Store;
        Watch(candidacy.Completion);
        await candidacy.StartAsync(cancellation);
    }

    private void Hear(TermNews news)
    {
        if (news is TermNews.Began)
        {
            _abdication.Began();
        }
    }

    private Task<bool> HandOnAsync(HttpContext context) => _candidacy?.TryAnswerAsync(context) ?? Task.FromResult(false);

    private void Watch(Task completion) => completion.ContinueWith(ended => _completion.TrySetException(ended.Exception!.InnerException!),
        CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
