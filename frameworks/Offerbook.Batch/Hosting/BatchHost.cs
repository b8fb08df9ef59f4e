using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Offerbook.Actors;
using Offerbook.Batch.Core;
using Offerbook.Batch.Http;
using Offerbook.Client.Hosting;
using Offerbook.Client.Hosting.Standby;
using Offerbook.Client.Hosting.Terms;
using Offerbook.Storage;
using Offerbook.Wire.Http;

namespace Offerbook.Batch.Hosting;

/// <summary>
/// A running batch scheduler. While it leads, which it always does alone, it has a term: a core, its journal and its connection to the
/// master. While another leads it hands requests on to that one. Disposing it leaves its tasks running; the next term, here or
/// elsewhere, takes them up again.
/// </summary>
public sealed class BatchHost : IAsyncDisposable
{
    private readonly BatchWeb _web;
    private readonly ApiGate _gate = new();
    private readonly BatchOptions _options;
    private readonly ILogger _log;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Candidacy? _candidacy;
    private int _disposed;

    private BatchHost(BatchOptions options, ILoggerFactory logs)
    {
        (_options, _log) = (options, logs.CreateLogger("Offerbook.Batch"));
        _web = new BatchWeb(options, _gate, new LeaderEndpoints(() => options.Advertised(Address), () => _candidacy!.StepDownAsync()),
            HandOnAsync, logs);
    }

    /// <summary>What clients on this machine use, for instance <c>http://127.0.0.1:8082/</c>.</summary>
    public Uri Address => _web.Address;

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
    public static async Task<BatchHost> StartAsync(BatchOptions options, CancellationToken cancellation = default,
        ILoggerFactory? logs = null)
    {
        var host = new BatchHost(options, logs ?? NullLoggerFactory.Instance);
        try
        {
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
        await _web.DisposeAsync();
        if (_candidacy is { } left)
        {
            await left.DisposeAsync();
        }
        _completion.TrySetResult();
    }

    private async Task StandAsync(CancellationToken cancellation)
    {
        var standby = new StandbyOptions(_options.Advertised(Address))
        {
            // The leader may be silent for as long as a client waits for a job.
            ReadTimeout = TimeSpan.FromSeconds(QueryReader.MaxWaitSeconds) + StandbyOptions.DefaultReadTimeout,
            MaxBodyBytes = JsonBody.MaxBytes,
            ViaHeader = "X-Offerbook-Via",
        };
        var candidacy = _candidacy = await Candidacy.StandAsync(_options.Election, standby, _options.OpenStore is null
            ? _options.EffectiveStore : null, CreateTerm, _log);
        Watch(candidacy.Completion);
        await candidacy.StartAsync(cancellation);
    }

    private FrameworkTerm<BatchMessage> CreateTerm(Incumbency incumbency)
    {
        var master = new SchedulerConnectionOptions(_options.Masters) { DetectMaster = _options.DetectMaster,
            Http = StreamingClientOptions.Default with { Credential = _options.Credential } };
        var options = new FrameworkTermOptions<BatchMessage>(
            async opening =>
                _options.OpenStore?.Invoke()
                    ?? await JournalStore.OpenAsync(_options.EffectiveStore, opening, warning => _log.LogWarning("{Warning}", warning)),
            master, signal => new BatchMessage.MasterSignalled(signal), _gate)
        {
            Incumbency = incumbency,
            IsOnOwnDisk = _options.OpenStore is null && _options.EffectiveStore is StoreAddress.OfFile,
        };
        return new FrameworkTerm<BatchMessage>(options,
            new BatchCore(_options.EffectiveSettings, new SeededRandom((ulong)Random.Shared.NextInt64())),
            connection => new BatchShell(connection, _gate, _log));
    }

    private Task<bool> HandOnAsync(HttpContext context) => _candidacy?.TryAnswerAsync(context) ?? Task.FromResult(false);

    private void Watch(Task completion) => completion.ContinueWith(ended => _completion.TrySetException(ended.Exception!.InnerException!),
        CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
