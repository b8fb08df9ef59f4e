using Offerbook.Actors.Hosting;
using Offerbook.Coordination;

namespace Offerbook.Client.Hosting;

/// <summary>
/// Which master to try next: the one that the election names; without a detector the one that another master named as the leader,
/// else the configured ones in turn. Safe to use from several threads.
/// </summary>
internal sealed class MasterFinder
{
    private readonly Lock _lock = new();
    private readonly Uri[] _configured;
    private readonly ILeaderDetector? _detector;
    private Uri? _leader;
    private LeaderInfo? _seen;
    private int _next;

    /// <param name="masters">At least one, unless there is a detector; with one they are not used.</param>
    /// <param name="detector">Stays the caller's.</param>
    public MasterFinder(IReadOnlyList<Uri> masters, ILeaderDetector? detector = null)
    {
        if (masters.Count == 0 && detector is null)
        {
            throw new ArgumentException("At least one master must be named.", nameof(masters));
        }
        _configured = [.. masters.Select(Root)];
        _detector = detector;
    }

    /// <summary>How many must have failed before all have.</summary>
    public int Count => _detector is null ? _configured.Length : 1;

    /// <summary>Another may lead than the one that failed, so that it is worth asking again soon.</summary>
    public bool AreSeveral => _detector is not null || _configured.Length > 1;

    /// <summary>Where to go now. Waits while the election has no leader.</summary>
    public async ValueTask<Uri> NextAsync(CancellationToken cancellation)
    {
        if (_detector is null)
        {
            lock (_lock)
            {
                return _leader ?? _configured[_next];
            }
        }
        while (true)
        {
            var elected = _detector.Leader;
            lock (_lock)
            {
                _seen = elected;
                if ((_leader ?? elected?.Address) is { } leader)
                {
                    return Root(leader);
                }
            }
            await _detector.ChangedAsync(elected, cancellation);
        }
    }

    /// <summary>A master named the leader.</summary>
    public void Redirected(Uri leader)
    {
        lock (_lock)
        {
            _leader = Root(leader);
        }
    }

    /// <summary>The master at this address does not answer or does not serve.</summary>
    public void Failed(Uri master)
    {
        lock (_lock)
        {
            if (_leader is not null)
            {
                _leader = null;
            }
            else if (_detector is null && _configured[_next] == master)
            {
                _next = (_next + 1) % _configured.Length;
            }
        }
    }

    /// <summary>Returns when the election, after <see cref="NextAsync"/> has looked at it, names another leader than this master.</summary>
    public async Task LeftAsync(Uri master, CancellationToken cancellation)
    {
        if (_detector is null)
        {
            await Waiting.WaitForCancellationAsync(cancellation);
            return;
        }
        LeaderInfo? elected;
        lock (_lock)
        {
            elected = _seen;
        }
        do
        {
            elected = await _detector.ChangedAsync(elected, cancellation);
        }
        // That nobody is known to lead is no reason to leave a master that may still do.
        while (elected is null || Root(elected.Address) == master);
    }

    private static Uri Root(Uri address) => new(address.GetLeftPart(UriPartial.Authority));
}
