using Offerbook.Coordination.Election;
using Offerbook.Coordination.Nodes;

namespace Offerbook.Coordination.Hosting.ZooKeeper;

/// <summary>Follows an election in ZooKeeper. While no server can be reached, the leader known last stays.</summary>
public sealed class ZooKeeperDetector : ILeaderDetector
{
    private readonly Observed<LeaderInfo?> _leader = new(null);
    private readonly ElectionShell _shell;
    private int _disposed;

    private ZooKeeperDetector(ZooKeeperUri uri, NodeFormat format, ElectionSettings settings) =>
        _shell = new ElectionShell(uri, settings.SessionTimeout, random => new DetectorCore(uri.Path, format, random),
            effect => _leader.Set(_ => ((AnnounceLeader)effect).Leader), settings.Time, settings.Log);

    public LeaderInfo? Leader => _leader.Value;

    /// <summary>Begins to look; returns before any server has answered.</summary>
    /// <exception cref="Native.ZooKeeperLibraryMissingException">The C client is not installed.</exception>
    public static async Task<ZooKeeperDetector> FollowAsync(ZooKeeperUri uri, NodeFormat format, ElectionSettings settings)
    {
        var detector = new ZooKeeperDetector(uri, format, settings);
        await detector._shell.StartAsync();
        return detector;
    }

    public ValueTask<LeaderInfo?> ChangedAsync(LeaderInfo? known, CancellationToken cancellation) =>
        _leader.ChangedAsync(known, cancellation);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _shell.DisposeAsync();
        }
    }
}
