namespace Offerbook.Master.Hosting.History;

/// <summary>
/// Lets one after the other ask the allocator for reasons: each takes some hundred turns of the core, and many at once would take
/// them from others.
/// </summary>
internal sealed class Explanations
{
    private const int MaxWaiting = 16;

    private readonly SemaphoreSlim _one = new(1);
    private int _inside;

    /// <returns>Dispose it when done; null when too many wait.</returns>
    public async Task<IDisposable?> EnterAsync(CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _inside) > MaxWaiting)
        {
            Interlocked.Decrement(ref _inside);
            return null;
        }
        try
        {
            await _one.WaitAsync(cancellation);
            return new Turn(this);
        }
        catch
        {
            Interlocked.Decrement(ref _inside);
            throw;
        }
    }

    private sealed class Turn(Explanations owner) : IDisposable
    {
        public void Dispose()
        {
            owner._one.Release();
            Interlocked.Decrement(ref owner._inside);
        }
    }
}
