using Offerbook.Coordination.Election;

namespace Offerbook.Coordination.Hosting.ZooKeeper;

/// <summary>Stands in an election in ZooKeeper.</summary>
public sealed class ZooKeeperCandidate : ICandidate, IStoreNotices
{
    private readonly Observed<Standing> _standing = new(new Standing.Follows(null));
    private readonly ElectionShell _shell;
    private int _disposed;

    private ZooKeeperCandidate(ZooKeeperUri uri, ElectionSettings settings, CandidateOptions options) =>
        _shell = new ElectionShell(uri, settings.SessionTimeout, random => new CandidateCore(options, random),
            effect => Set(((Announce)effect).Standing), settings.Time, settings.Log);

    public Standing Standing => _standing.Value;

    /// <summary>Begins to stand; returns before any server has answered.</summary>
    /// <exception cref="Native.ZooKeeperLibraryMissingException">The C client is not installed.</exception>
    public static async Task<ZooKeeperCandidate> StandAsync(ZooKeeperUri uri, ElectionSettings settings, CandidateOptions options)
    {
        var candidate = new ZooKeeperCandidate(uri, settings, options);
        await candidate._shell.StartAsync();
        _ = candidate.WatchAsync();
        return candidate;
    }

    public ValueTask<Standing> ChangedAsync(Standing known, CancellationToken cancellation) => _standing.ChangedAsync(known, cancellation);

    public async ValueTask StepDownAsync(CancellationToken cancellation) =>
        await _shell.CallAsync(static call => new StepDown(call), cancellation);

    public async ValueTask ResignAsync(CancellationToken cancellation) =>
        await _shell.CallAsync(static call => new Resign(call), cancellation);

    public void Publish(TimeSpan? commit) => _shell.Post(new PublishStore(commit));

    public Task<IReadOnlyList<Contender>?> LineAsync(CancellationToken cancellation) =>
        _shell.CallAsync(static call => new AskLine(call), cancellation);

    /// <summary>Resigns and closes the session; on a broken connection that leaves the node to the session's end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await ResignAsync(CancellationToken.None);
            await _shell.DisposeAsync();
            Set(new Standing.Over("It has resigned."));
        }
    }

    /// <summary>Nobody must go on leading whose core has died.</summary>
    private async Task WatchAsync()
    {
        try
        {
            await _shell.Completion;
        }
        catch (Exception failure)
        {
            Set(new Standing.Over($"The candidate has failed: {failure.Message} This is a bug; restart the program."));
        }
    }

    private void Set(Standing standing) => _standing.Set(present => present is Standing.Over ? present : standing);
}
