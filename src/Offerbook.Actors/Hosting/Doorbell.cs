namespace Offerbook.Actors.Hosting;

/// <summary>
/// Wakes the one thread that waits for it. A ring while nobody waits is kept, once, so that work that comes between a last look and
/// the wait is not missed. Costs one interlocked instruction while the thread is awake.
/// </summary>
internal sealed class Doorbell
{
    private const int Quiet = 0;
    private const int Rung = 1;
    private const int Waiting = 2;

    private readonly object _sleep = new();
    private int _state = Quiet;

    public void Ring()
    {
        if (Interlocked.Exchange(ref _state, Rung) == Waiting)
        {
            lock (_sleep)
            {
                Monitor.Pulse(_sleep);
            }
        }
    }

    /// <summary>Returns at once if it was rung since the last time. Whoever waits then looks for work, after the ring was taken.</summary>
    public void Wait() => Wait(Timeout.InfiniteTimeSpan);

    /// <summary>The same, for so long at most.</summary>
    public void Wait(TimeSpan longest)
    {
        lock (_sleep)
        {
            Interlocked.CompareExchange(ref _state, Waiting, Quiet);
            while (Volatile.Read(ref _state) == Waiting && Monitor.Wait(_sleep, longest))
            {
            }
        }
        Interlocked.Exchange(ref _state, Quiet);
    }
}
