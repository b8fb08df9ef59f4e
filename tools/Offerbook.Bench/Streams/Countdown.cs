namespace Offerbook.Bench.Streams;

/// <summary>Signalled on a reactor's thread, awaited outside.</summary>
internal sealed class Countdown(int count)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = count;

    public void Signal()
    {
        if (Interlocked.Decrement(ref _left) == 0)
        {
            _done.SetResult();
        }
    }

    public async Task WaitAsync(Task failure, TimeSpan patience, CancellationToken cancellation)
    {
        if (Volatile.Read(ref _left) > 0)
        {
            await await Task.WhenAny(_done.Task, failure).WaitAsync(patience, cancellation);
        }
    }
}
