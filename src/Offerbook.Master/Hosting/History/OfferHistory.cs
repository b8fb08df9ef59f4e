using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Offerbook.Master.Operator.Metrics;
using Offerbook.Master.Operator.Views;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Hosting.History;

/// <summary>
/// The offer book of a running master: the offers that are out, in memory, and those of the past and the roles' shares, in a file.
/// <code>
/// core ─ effects ─▶ Tell ─┬─▶ OutstandingOffers ──────────────────▶ requests
///                         └─▶ bounded queue ─▶ BookWriter ─▶ offers.db ─▶ BookReader, ShareReader ─▶ requests
/// </code>
/// Without a usable file the past is off and says why; the master, and what is in memory, go on.
/// </summary>
internal sealed class OfferHistory : IAsyncDisposable
{
    /// <summary>Requests that read the file at once: more would only fight for the processors.</summary>
    private const int MaxReaders = 2;

    /// <summary>Roles in one sample, those with the largest shares first.</summary>
    private const int MaxRolesPerSample = 1_000;

    private readonly OfferBookOptions _options;
    private readonly TimeProvider _time;
    private readonly BookWriter? _writer;
    private readonly SemaphoreSlim _readers = new(MaxReaders);
    private readonly ConcurrentDictionary<ConnectionId, TaskCompletionSource<MasterEffect?>> _asked = [];
    private readonly CancellationTokenSource _stopping = new();
    private RunningMaster? _master;
    private Task _sampling = Task.CompletedTask;
    private int _isStopping;

    private OfferHistory(string path, OfferBookOptions options, TimeProvider time, BookWriter? writer, string? off)
    {
        (Path, _options, _time, _writer, Off) = (path, options, time, writer, off);
    }

    public string Path { get; }

    /// <summary>Why there is no past to be read; null when there is.</summary>
    public string? Off { get; }

    public OutstandingOffers Outstanding { get; } = new();

    public Explanations Explanations { get; } = new();

    /// <summary>Opens the book, or a stand-in that says why it could not be opened. Never fails.</summary>
    public static OfferHistory Open(string directory, OfferBookOptions options, TimeProvider time, Action<string> warn)
    {
        var path = System.IO.Path.Combine(System.IO.Path.GetFullPath(directory), "offers.db");
        if (!options.Enabled)
        {
            return new OfferHistory(path, options, time, null, "it was switched off");
        }
        try
        {
            // A master whose journal is in a database has had no other use for its directory yet.
            Directory.CreateDirectory(directory);
            return new OfferHistory(path, options, time, BookWriter.Open(path, options, time, warn), null);
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            warn($"The offer book {path} cannot be opened: {failure.Message}. It is off until the next start; "
                + "the master goes on without it.");
            return new OfferHistory(path, options, time, null, $"its file {path} could not be opened: {failure.Message}");
        }
    }

    /// <summary>Begins to note what the master does. Before its core is recovered.</summary>
    public void Listen(Exchanges exchanges) => exchanges.OfferBookTold += Tell;

    /// <summary>Begins to sample shares and to answer questions.</summary>
    public void Start(RunningMaster master)
    {
        _master = master;
        _ = master.Runner.Completion.ContinueWith(_ => ReleaseAll(), TaskScheduler.Default);
        if (_writer is not null)
        {
            _sampling = SampleAsync();
        }
    }

    /// <summary>Past and present, newest first. Whoever has the answer to a call finds what it did to offers.</summary>
    /// <returns>Null when the master is stopping.</returns>
    /// <exception cref="SqliteException">The file cannot be read.</exception>
    public async Task<IReadOnlyList<OfferRow>?> FindAsync(OfferQuery query, CancellationToken cancellation)
    {
        if (!await CatchUpAsync())
        {
            return null;
        }
        var rows = Outstanding.Find(query, _master!.Runner.Now, query.Limit);
        if (rows.Count < query.Limit && query.Outcome != OfferOutcome.Outstanding && _writer is not null)
        {
            await _writer.CatchUpAsync();
            rows.AddRange(await ReadAsync(() => BookReader.Offers(Path, query, query.Limit - rows.Count), cancellation));
        }
        return rows;
    }

    /// <exception cref="SqliteException">The file cannot be read.</exception>
    public async Task<IReadOnlyList<ShareRow>> SharesAsync(DateTimeOffset from, DateTimeOffset until, TimeSpan step, string? role,
        CancellationToken cancellation)
    {
        if (_writer is null)
        {
            return [];
        }
        await _writer.CatchUpAsync();
        return await ReadAsync(() => ShareReader.Read(Path, from, until, step, role), cancellation);
    }

    /// <summary>Waits until all that the master did before has been told to the book.</summary>
    /// <returns>False when the master is stopping.</returns>
    public async Task<bool> CatchUpAsync() => await AskAsync(connection => new MasterMessage.OfferBookAsked(connection)) is not null;

    /// <summary>One page of reasons, explained in one turn of the core.</summary>
    /// <returns>Null when the master is stopping.</returns>
    public async Task<MasterEffect.WhyAnswered?> ExplainAsync(FrameworkId? framework, string role, int from, int count) =>
        await AskAsync(connection => new MasterMessage.WhyAsked(connection, framework, role, from, count)) as MasterEffect.WhyAnswered;

    /// <summary>What each role has in a view, offers included.</summary>
    public IReadOnlyList<RoleShare> SharesOf(MasterView view)
    {
        var offered = Outstanding.ByRole();
        return
        [
            .. view.Allocator.Roles.OrderByDescending(role => role.DominantShare).Take(MaxRolesPerSample)
            .Select(role => new RoleShare(role.Role,
                role.DominantShare, role.Allocated, offered.GetValueOrDefault(role.Role, Resources.ResourceQuantities.Empty),
                role.Frameworks.Count(framework => framework.IsCompeting))),
        ];
    }

    public void AddTo(IMetricSink sink)
    {
        sink.Add(MetricKind.Gauge, "offerbook/enabled", _writer is null ? 0 : 1);
        sink.Add(MetricKind.Gauge, "offerbook/offers_outstanding", Outstanding.Count);
        sink.Add(MetricKind.Gauge, "offerbook/offers_kept", _writer?.Rows ?? 0);
        sink.Add(MetricKind.Gauge, "offerbook/queue_depth", _writer?.Queued ?? 0);
        sink.Add(MetricKind.Counter, "offerbook/written", _writer?.Written ?? 0);
        sink.Add(MetricKind.Counter, "offerbook/dropped", _writer?.Dropped ?? 0);
    }

    /// <summary>Notes the shares of this moment. For the timer, and for tests.</summary>
    public async Task SampleOnceAsync()
    {
        if (await _master!.Views.GetAsync() is { } view)
        {
            _writer?.Add(new BookEntry.Shares(view.Taken.Wall, SharesOf(view)));
        }
    }

    /// <summary>After the core has stopped: offers that are out are void, which is noted; then the file is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isStopping, 1) != 0)
        {
            return;
        }
        await _stopping.CancelAsync();
        await _sampling;
        if (_writer is not null)
        {
            if (_master is not null)
            {
                foreach (var offer in Outstanding.ToArray())
                {
                    _writer.Add(new BookEntry.Over(new Offers.OfferEnded(offer, Offers.OfferEnd.MasterStopped, _master.Runner.Now, null, [],
                        Resources.ResourceQuantities.Empty, null)));
                }
            }
            await _writer.DisposeAsync();
        }
        _stopping.Dispose();
    }

    private void Tell(MasterEffect effect)
    {
        switch (effect)
        {
            case MasterEffect.OffersMade made:
                Outstanding.Add(made.Offers);
                break;
            case MasterEffect.OfferOver over:
                Outstanding.Remove(over.Offer.Offer.Id);
                _writer?.Add(new BookEntry.Over(over.Offer));
                break;
            case MasterEffect.OfferBookReached reached:
                Reach(reached.Connection, reached);
                break;
            case MasterEffect.WhyAnswered answered:
                Reach(answered.Connection, answered);
                break;
        }
    }

    private void Reach(ConnectionId connection, MasterEffect? answer)
    {
        if (_asked.TryRemove(connection, out var waiting))
        {
            waiting.SetResult(answer);
        }
    }

    private void ReleaseAll()
    {
        foreach (var connection in _asked.Keys)
        {
            Reach(connection, null);
        }
    }

    /// <returns>Null when the master is stopping.</returns>
    private async Task<MasterEffect?> AskAsync(Func<ConnectionId, MasterMessage> question)
    {
        var connection = _master!.Exchanges.NextConnection();
        var reached = _asked[connection] = new TaskCompletionSource<MasterEffect?>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!await _master.PostAsync(question(connection)))
        {
            Reach(connection, null);
        }
        if (_master.Runner.Completion.IsCompleted)
        {
            ReleaseAll();
        }
        return await reached.Task;
    }

    private async Task<T> ReadAsync<T>(Func<T> read, CancellationToken cancellation)
    {
        await _readers.WaitAsync(cancellation);
        try
        {
            return await Task.Run(read, cancellation);
        }
        finally
        {
            _readers.Release();
        }
    }

    private async Task SampleAsync()
    {
        using var timer = new PeriodicTimer(_options.ShareInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                await SampleOnceAsync();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The master stops.
        }
    }
}
