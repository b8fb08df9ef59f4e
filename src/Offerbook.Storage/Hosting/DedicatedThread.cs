using System.Collections.Concurrent;

namespace Offerbook.Storage.Hosting;

/// <summary>
/// One thread that does a resource's blocking work, in order. A commit sleeps in fdatasync for milliseconds; on a machine with two
/// cores the thread pool has two threads, and two journals would stop every web request of the process if they slept there.
/// </summary>
internal sealed class DedicatedThread : IAsyncDisposable
{
    /// <summary>
    /// Pieces of work that may wait. Callers wait for one answer before they ask again, so this is never reached by a correct program.
    /// </summary>
    private const int Capacity = 1_024;

    /// <summary>
    /// Pieces of work that may be run in place between two of the thread's own: small commits need not wait for every slice of a snapshot.
    /// </summary>
    private const int MaxPasses = 16;

    private readonly BlockingCollection<Action> _work = new(Capacity);
    private readonly Turn _turn = new();

    /// <summary>Pieces of work that were given to the thread and are not done.</summary>
    private int _given;

    /// <summary>Pieces of work that were run in place since the thread had its last turn.</summary>
    private int _passes;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DedicatedThread(string name) => new Thread(Loop) { Name = name, IsBackground = true }.Start();

    /// <summary>
    /// Runs <paramref name="work"/> after all that came before. Its exception comes back to the caller; the thread goes on.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The thread has been told to end.</exception>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Increment(ref _given);
        try
        {
            if (!_work.TryAdd(() => Run(work, result)))
            {
                Interlocked.Decrement(ref _given);
                throw new InvalidOperationException($"More than {Capacity} pieces of work wait for one thread.");
            }
        }
        catch (InvalidOperationException) when (_work.IsAddingCompleted)
        {
            throw new ObjectDisposedException(nameof(DedicatedThread));
        }
        return result.Task;
    }

    /// <summary>
    /// Runs <paramref name="work"/> on the calling thread, between two pieces of the others: for callers on a thread of their own that
    /// would only wait. It saves them two changes of threads, which cost more than a small commit; and it waits for the piece that is under
    /// way, not for those that were given behind it. When others have waited for <see cref="MaxPasses"/> of it, they go first: a caller
    /// without pause would keep them out.
    /// </summary>
    /// <returns>With the result or the exception of the work; completed, when it was run here.</returns>
    public Task<T> RunInPlace<T>(Func<T> work)
    {
        if (_work.IsAddingCompleted)
        {
            return Task.FromException<T>(new ObjectDisposedException(nameof(DedicatedThread)));
        }
        if (Volatile.Read(ref _given) > 0 && Interlocked.Increment(ref _passes) > MaxPasses)
        {
            return RunAsync(work);
        }
        try
        {
            _turn.TakeInPlace();
            try
            {
                return Task.FromResult(work());
            }
            finally
            {
                _turn.Leave();
            }
        }
        catch (Exception failure)
        {
            return Task.FromException<T>(failure);
        }
    }

    /// <summary>Finishes the work already asked for, then ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        _work.CompleteAdding();
        await _ended.Task;
    }

    private void Run<T>(Func<T> work, TaskCompletionSource<T> result)
    {
        try
        {
            T made;
            _turn.TakeBehind();
            try
            {
                made = work();
            }
            finally
            {
                _turn.Leave();
            }
            Done();
            result.SetResult(made);
        }
        catch (Exception failure)
        {
            Done();
            result.SetException(failure);
        }
    }

    private void Done()
    {
        Volatile.Write(ref _passes, 0);
        Interlocked.Decrement(ref _given);
    }

    private void Loop()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
        _ended.SetResult();
    }
}
