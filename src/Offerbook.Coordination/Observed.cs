namespace Offerbook.Coordination;

/// <summary>A value that any number of threads may wait to see changed.</summary>
internal sealed class Observed<T>(T first)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _value = first;

    public T Value
    {
        get
        {
            lock (_lock)
            {
                return _value;
            }
        }
    }

    /// <summary>Waits until the value is another than <paramref name="known"/>; values that came and went meanwhile are not seen.</summary>
    public async ValueTask<T> ChangedAsync(T known, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (!EqualityComparer<T>.Default.Equals(_value, known))
                {
                    return _value;
                }
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellation);
        }
    }

    public void Set(Func<T, T> to)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _value = to(_value);
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        changed.SetResult();
    }
}
