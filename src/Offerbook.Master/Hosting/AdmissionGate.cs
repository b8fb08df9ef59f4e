namespace Offerbook.Master.Hosting;

/// <summary>
/// Paces agents that want to register. A whole cluster may come back within seconds, and everything that it asks for would stand in
/// every queue before anybody else's call: so only some registrations are read, decided and journalled at a time, first come, first
/// served, and the others wait at the door with their bodies unread. Their number is bounded by the connections.
/// </summary>
internal sealed class AdmissionGate
{
    /// <summary>
    /// At 0.25 ms a registration on one core, 64 delay a call that comes behind them by 16 ms; and they are enough not to wait for the
    /// disk: 64 in 5 ms, the time of one flush, are 12,800 a second.
    /// </summary>
    public const int Places = 64;

    private readonly SemaphoreSlim _free = new(Places);

    /// <summary>Waits for a place.</summary>
    /// <returns>Gives the place back when disposed, once, however often.</returns>
    /// <exception cref="OperationCanceledException">The agent has left meanwhile.</exception>
    public async ValueTask<IDisposable> EnterAsync(CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        return new Place(_free);
    }

    private sealed class Place(SemaphoreSlim free) : IDisposable
    {
        private SemaphoreSlim? _free = free;

        public void Dispose() => Interlocked.Exchange(ref _free, null)?.Release();
    }
}
