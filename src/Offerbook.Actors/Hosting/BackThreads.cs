using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Offerbook.Actors.Hosting;

/// <summary>
/// A few threads that stand back behind the others of the machine, for work that may take as long as it likes: what else wants a processor
/// gets most of it. What is awaited by a task that was started here goes on here. Queued work is as much as was started; its bound is the
/// caller's.
/// </summary>
public sealed partial class BackThreads : TaskScheduler, IDisposable
{
    /// <summary>
    /// As nice(1) counts: a third of the share of a thread that does not stand back. Much less, and a collection would wait for such a
    /// thread.
    /// </summary>
    private const int Niceness = 5;

    private readonly BlockingCollection<Task> _queue = [];
    private readonly int _threads;

    public BackThreads(string name, int threads)
    {
        _threads = threads;
        for (var i = 0; i < threads; i++)
        {
            new Thread(Work) { IsBackground = true, Name = name }.Start();
        }
    }

    public override int MaximumConcurrencyLevel => _threads;

    /// <summary>Does something asynchronous here; its end is seen on a thread of the pool.</summary>
    public async Task RunAsync(Func<Task> work) =>
        await Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap()
            .ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

    /// <summary>Takes nothing any more; what was queued is still done.</summary>
    public void Dispose() => _queue.CompleteAdding();

    protected override void QueueTask(Task task) => _queue.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => Current == this && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => _queue.ToArray();

    private void Work()
    {
        const int process = 0;
        const int callingThread = 0;
        // A kernel that refuses leaves the priority as it is: slower for others, and no fault.
        _ = PriorityCall(process, callingThread, Niceness);
        foreach (var task in _queue.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int PriorityCall(int which, int who, int priority);
}
