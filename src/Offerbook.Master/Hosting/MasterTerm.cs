using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Coordination;
using Offerbook.Coordination.Hosting;
using Offerbook.Master.Hosting.History;
using Offerbook.Master.Hosting.Metrics;
using Offerbook.Storage;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Master.Hosting;

/// <summary>
/// One term as leader: the journal taken over, a core made from it, its exchanges, its offer book, and the open gate. Whatever it
/// knew and had not written down goes with it.
/// </summary>
internal sealed class MasterTerm(MasterParts parts, LeaderInfo self) : ITerm
{
    /// <summary>
    /// What waits for the journal when a term is given up may take so long to get there; a store that is lost holds nobody up for longer.
    /// </summary>
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ThreadPatience = TimeSpan.FromSeconds(5);

    private IJournal? _journal;
    private OfferHistory? _book;
    private LeadershipProof? _proof;
    private RunningMaster? _running;

    public Task Completion => field ??= WatchAsync(_running!.Runner.Completion);

    public async Task BeginAsync(CancellationToken over)
    {
        var (options, process, log) = (parts.Options, parts.Process, parts.Log);
        await process.Leftovers;
        var began = options.Time.GetTimestamp();
        var opening = parts.OpenJournalAsync(over);
        _book = OfferHistory.Open(options.DataDirectory, options.OfferBook, options.Time, warning => log?.LogWarning("{Warning}", warning));
        _journal = await opening;
        var core = new MasterCore(process.Settings with { Id = IdOf(self) },
            new SeededRandom(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)))));
        var exchanges = new Exchanges(warning => log?.LogWarning("{Warning}", warning));
        _book.Listen(exchanges);
        var loop = new EventLoopObserver(core.Settings, options.Time, log) { Committed = took => process.Store?.Committed(took) };
        _proof = parts.IsCertain is { } isCertain ? new LeadershipProof(() => isCertain(self), options.Time) : null;
        var runner = new CoreRunner<MasterMessage>(core, exchanges, _journal, options.Time, observer: loop, proof: _proof);
        await runner.StartAsync(over);
        // The store is taken over: from here on nobody else can have settled anything with anyone.
        var takenOver = ConnectionAge.Now;
        _running = new RunningMaster(process, core.Settings, runner, exchanges, _book)
        {
            EventLoop = loop, Journal = new JournalGauge(_journal, options.Time.GetElapsedTime(began)), Proof = _proof,
            TakenOverAt = takenOver,
        };
        if (parts.Whitelist is { } whitelist)
        {
            await whitelist.FollowAsync(message => _running.PostAsync(message));
        }
        await SetWeightsAsync(_running, options.InitialWeights);
        over.ThrowIfCancellationRequested();
        parts.Gate.Open(_running);
        log?.LogInformation("Master {Id} leads and serves on {Hostname}:{Port}", core.MasterId, core.Settings.Hostname, core.Settings.Port);
    }

    public async Task EndAsync(TermEnd how)
    {
        parts.Gate.Close();
        if (_running is { } running)
        {
            await EndAsync(running, how);
        }
        parts.Process.Leftovers = CleanUpAsync();
    }

    private async Task CleanUpAsync()
    {
        try
        {
            _proof?.Dispose();
            if (_book is not null)
            {
                await _book.DisposeAsync();
            }
            if (_journal is not null)
            {
                await _journal.DisposeAsync();
            }
            if (_running is { } ended)
            {
                // A thread that still waits for the store can do nothing any more but find that out.
                var disposed = ended.Runner.DisposeAsync().AsTask();
                if (await disposed.EndsWithinAsync(ThreadPatience, parts.Options.Time))
                {
                    await disposed;
                }
            }
        }
        catch (Exception failure)
        {
            parts.Log?.LogWarning("What the last term had open could not be closed: {Reason}", failure.Message);
        }
    }

    private async Task WatchAsync(Task runner)
    {
        try
        {
            await runner;
        }
        catch (JournalUnavailableException failure)
        {
            if (!failure.IsClean && parts.IsOnOwnDisk)
            {
                throw new DiskFailedException(failure);
            }
            // Reads go on from what was known last, unless another can lead.
            parts.Gate.Halt(_running!, failure.Message);
            throw;
        }
    }

    private async Task EndAsync(RunningMaster running, TermEnd how)
    {
        if (how == TermEnd.GivenUp)
        {
            var drained = running.StopAsync("The master gives its leadership up. Ask again: another will lead in a moment");
            if (await drained.EndsWithinAsync(DrainPatience, parts.Options.Time))
            {
                await drained;
                return;
            }
        }
        running.Abandon("The master has lost its leadership. Ask again: another will lead in a moment");
    }

    /// <summary>As the election knows it, so that what its node says and what the master says of itself is the same.</summary>
    private static string? IdOf(LeaderInfo self) =>
        MessageCodec.Read<MasterInfo>(self.Data.Span, MessageFormat.Json).TryGet(out var info, out _) && info!.Id.Length > 0
            ? info.Id : null;

    /// <summary>As if an operator had set them, unless one has set any before.</summary>
    private static async Task SetWeightsAsync(RunningMaster master, IReadOnlyList<(string Role, double Weight)> weights)
    {
        if (weights.Count == 0 || await master.Views.GetAsync() is not { Operator.Weights.IsEmpty: true })
        {
            return;
        }
        var call = new OperatorCall { Type = OperatorCall.Types.Type.UpdateWeights, UpdateWeights = new() };
        call.UpdateWeights.WeightInfos.Add(weights.Select(pair => new WeightInfo { Role = pair.Role, Weight = pair.Weight }));
        await master.PostAsync(new MasterMessage.OperatorCallReceived(master.Exchanges.NextConnection(), call) { IsOfMaster = true });
    }
}

/// <summary>What every term of a master is made from.</summary>
/// <param name="OpenJournal">Opens the store, without taking it over.</param>
/// <param name="IsCertain">Whether the election says for certain that this candidate leads; null: it has no rival.</param>
internal sealed record MasterParts(MasterOptions Options, MasterProcess Process, MasterGate Gate, Whitelist? Whitelist, ILogger? Log,
    Func<CancellationToken, Task<IJournal>> OpenJournal, Func<LeaderInfo, bool>? IsCertain)
{
    /// <summary>After a failed write nothing of it may be read again by this process.</summary>
    public bool IsOnOwnDisk => Options.Journal is null && Options.EffectiveStore is StoreAddress.OfFile;

    public Task<IJournal> OpenJournalAsync(CancellationToken cancellation) => OpenJournal(cancellation);
}
