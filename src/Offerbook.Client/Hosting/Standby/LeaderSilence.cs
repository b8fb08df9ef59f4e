namespace Offerbook.Client.Hosting.Standby;

/// <summary>
/// Runs out when the leader does not move for too long. Waiting for the client does not count: that is another's patience.
/// </summary>
internal sealed class LeaderSilence(TimeSpan most, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _over = new(Timeout.InfiniteTimeSpan, time);

    public CancellationToken Token => _over.Token;

    public bool IsOver => _over.IsCancellationRequested;

    /// <summary>It is the leader's turn, from the beginning.</summary>
    public void Watch() => _over.CancelAfter(most);

    /// <summary>It is the client's turn.</summary>
    public void Rest() => _over.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose() => _over.Dispose();
}
