using System.Collections.Concurrent;

namespace Offerbook.Actors.Hosting;

/// <summary>
/// A few threads that stand back behind the others of the machine, for work that may take as long as it likes: what else wants a processor
/// gets most of it. What is awaited by a task that was started here goes on here.
/// </summary>
public sealed class BackThreads : TaskScheduler, IDisposable
{
    /// <summary>
    /// Work that may wait to be begun: several crowds of a thousand clients. A piece is a few references; what it works on is there anyway.
    /// </summary>
    public const int MaxWaiting = 4_096;

    private readonly BlockingCollection<Task> _queue = [];
    private readonly int _threads;
    private int _waiting;

    /// <param name="threads">Null: one less than there are processors, but one at least, so that one is left to all others.</param>
    public BackThreads(string name, int? threads = null)
    {
        _threads = threads ?? Math.Max(1, Environment.ProcessorCount - 1);
        for (var i = 0; i < _threads; i++)
        {
            new Thread(Work) { IsBackground = true, Name = name }.Start();
        }
    }

    public override int MaximumConcurrencyLevel => _threads;

    /// <summary>
    /// False: so much waits that whoever can refuse is to do so. What several start at the same moment may go beyond it by as many as they
    /// are.
    /// </summary>
    public bool HasRoom => Volatile.Read(ref _waiting) < MaxWaiting;

    /// <summary>Does something asynchronous here; its end is seen on a thread of the pool.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        Interlocked.Increment(ref _waiting);
        return await Task.Factory.StartNew(() =>
            {
                Interlocked.Decrement(ref _waiting);
                return work();
            }, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap()
            .ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public async Task RunAsync(Func<Task> work) => await RunAsync(async () =>
    {
        await work();
        return true;
    });

    /// <summary>Takes nothing any more; what was queued is still done.</summary>
    public void Dispose() => _queue.CompleteAdding();

    protected override void QueueTask(Task task) => _queue.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => Current == this && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => _queue.ToArray();

    private void Work()
    {
        StandingBack.Enter();
        foreach (var task in _queue.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }
}
