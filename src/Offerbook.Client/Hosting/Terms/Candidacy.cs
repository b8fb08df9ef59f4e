using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Offerbook.Client.Hosting.Standby;
using Offerbook.Coordination;
using Offerbook.Coordination.Hosting;
using Offerbook.Storage;

namespace Offerbook.Client.Hosting.Terms;

/// <summary>A framework's place in its election: its terms, one after the other, and the way to whoever leads while it does not.</summary>
public sealed class Candidacy : IAsyncDisposable
{
    private readonly TermKeeper _terms;
    private readonly LeaderProxy? _standby;
    private StoreWatch? _watch;

    private Candidacy(TermKeeper terms, LeaderProxy? standby) => (_terms, _standby) = (terms, standby);

    /// <summary>What is known of the way to the store; null when no other candidate reaches it.</summary>
    public StoreReading? Store => _watch?.Reading;

    /// <summary>Whether it leads and serves.</summary>
    public bool Serves => _terms.Serves;

    /// <summary>Faults when it will not lead again; ends when it is disposed.</summary>
    public Task Completion => _terms.Completion;

    /// <param name="election">Null: nobody else stands.</param>
    /// <param name="standby">Where this process is reached, and how it hands requests on.</param>
    /// <param name="store">Where the terms' journal is; null: nobody knows. One that all candidates reach is measured, and a leader whose
    /// way there is slow hands over.</param>
    /// <param name="createTerm">Makes a term.</param>
    /// <param name="tell">Hears what happens; it is in the log already.</param>
    public static async Task<Candidacy> StandAsync(ElectionOptions? election, StandbyOptions standby, StoreAddress? store,
        Func<Incumbency, ITerm> createTerm, ILogger log,
        Action<TermNews>? tell = null)
    {
        Candidacy? made = null;
        void Committed(TimeSpan took) => made?._watch?.Committed(took);
        ICandidate candidate = election is not null
            ? await election.Stand(standby.Self, line => log.LogInformation("{Line}", line))
            : new StandaloneCandidate(standby.Self, ReadOnlyMemory<byte>.Empty);
        var terms = new TermKeeper(candidate,
            leader => createTerm(new Incumbency(election is null ? null : () => IsCertain(candidate, leader), Committed)),
            TermBackoff.Default, TimeProvider.System, news =>
        {
            log.Log(news is TermNews.Failed or TermNews.Unheard or TermNews.Ended { How: TermEnd.Lost }
                ? LogLevel.Warning : LogLevel.Information, "{News}", news);
            tell?.Invoke(news);
        });
        made = new Candidacy(terms, election is null ? null : new LeaderProxy(terms, standby, TimeProvider.System));
        if (candidate is IStoreNotices others && store is not null && JournalStore.Probe(store) is { } probe)
        {
            made._watch = await StoreWatch.StartAsync(terms, others, probe, election!.HandOver, TimeProvider.System,
                line => log.LogWarning("{Line}", line));
        }
        return made;
    }

    /// <summary>Begins the first term as soon as it leads. Who stands alone waits for that, and hears what is wrong with it.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        _terms.Start();
        if (_standby is null)
        {
            await _terms.FirstTerm.WaitAsync(cancellation);
        }
    }

    /// <summary>Ends the term, if there is one, and lets another lead.</summary>
    public Task StepDownAsync() => _terms.StepDownAsync();

    /// <summary>Answers a request while another leads.</summary>
    /// <returns>False: it is to be served here.</returns>
    public Task<bool> TryAnswerAsync(HttpContext context) => _standby?.TryAnswerAsync(context) ?? Task.FromResult(false);

    /// <summary>Ends the term in good order and leaves the election. Requests are told to come again from now on.</summary>
    public async Task LeaveAsync()
    {
        _standby?.Stop();
        await _terms.DisposeAsync();
        if (Interlocked.Exchange(ref _watch, null) is { } watch)
        {
            await watch.DisposeAsync();
        }
    }

    /// <summary>To be called when no request is being answered any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await LeaveAsync();
        _standby?.Dispose();
    }

    private static bool IsCertain(ICandidate candidate, LeaderInfo self) =>
        candidate.Standing is Standing.Leads { IsSuspended: false } leads && leads.Self.Id == self.Id;
}
