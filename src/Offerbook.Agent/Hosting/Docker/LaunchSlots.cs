namespace Offerbook.Agent.Hosting.Docker;

/// <summary>
/// How many containers the engine makes or starts at once; the rest wait. Tells when none does, for what can wait that long.
/// </summary>
internal sealed class LaunchSlots
{
    /// <summary>
    /// More would not be faster: an engine starts containers nearly one after the other. Enough that a few that are stuck do not matter.
    /// </summary>
    private const int MaxLaunches = 32;

    private readonly SemaphoreSlim _free = new(MaxLaunches);
    private readonly Lock _lock = new();
    private TaskCompletionSource _idle = Completed();
    private int _launches;

    /// <summary>Done while no launch is under way or waits.</summary>
    public Task Idle
    {
        get
        {
            lock (_lock)
            {
                return _idle.Task;
            }
        }
    }

    public async Task<T> RunAsync<T>(Func<Task<T>> launch, CancellationToken cancellation)
    {
        Enter();
        try
        {
            await _free.WaitAsync(cancellation);
            try
            {
                return await launch();
            }
            finally
            {
                _free.Release();
            }
        }
        finally
        {
            Leave();
        }
    }

    private void Enter()
    {
        lock (_lock)
        {
            if (_launches++ == 0)
            {
                _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_launches == 0)
            {
                _idle.SetResult();
            }
        }
    }

    private static TaskCompletionSource Completed()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }
}
