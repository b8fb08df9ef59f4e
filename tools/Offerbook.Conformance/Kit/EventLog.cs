namespace Offerbook.Conformance.Kit;

/// <summary>
/// The events of a stream as they come. A script takes those it waits for, in the order that it likes; the others stay, and
/// <see cref="All"/> remembers every one in the order in which it came.
/// </summary>
public sealed class EventLog<TEvent> where TEvent : class
{
    private readonly Lock _gate = new();
    private readonly List<TEvent> _all = [];
    private readonly List<TEvent> _pending = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _end;

    public IReadOnlyList<TEvent> All
    {
        get
        {
            lock (_gate)
            {
                return _all.ToList();
            }
        }
    }

    public bool HasEnded
    {
        get
        {
            lock (_gate)
            {
                return _end is not null;
            }
        }
    }

    public void Add(TEvent @event)
    {
        lock (_gate)
        {
            _all.Add(@event);
            _pending.Add(@event);
            Wake();
        }
    }

    public void End(string why)
    {
        lock (_gate)
        {
            _end ??= why;
            Wake();
        }
    }

    /// <summary>Takes the oldest untaken event that is wanted, waiting for one to come.</summary>
    /// <param name="what">What is waited for, for the message when it does not come.</param>
    /// <exception cref="ExpectationFailed">None came in time, or the stream ended first.</exception>
    public async Task<TEvent> TakeAsync(Func<TEvent, bool> wanted, string what, TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                var index = _pending.FindIndex(@event => wanted(@event));
                if (index >= 0)
                {
                    var found = _pending[index];
                    _pending.RemoveAt(index);
                    return found;
                }
                if (_end is not null)
                {
                    throw new ExpectationFailed($"Expected {what}, but the stream ended: {_end} Untaken: {Untaken()}");
                }
                changed = _changed.Task;
            }
            await WaitAsync(changed, what, deadline.Token);
        }
    }

    /// <summary>Waits until the stream has ended.</summary>
    public async Task EndAsync(TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_end is not null)
                {
                    return;
                }
                changed = _changed.Task;
            }
            await WaitAsync(changed, "the end of the stream", deadline.Token);
        }
    }

    /// <summary>
    /// Sees to it that no such event comes for a while; ones that came before and were not taken count too. Nothing announces
    /// that nothing will come, so that this is the one place where the kit lets time pass.
    /// </summary>
    public async Task NoneAsync(Func<TEvent, bool> unwanted, string what, TimeSpan period)
    {
        using var end = new CancellationTokenSource(period);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_pending.Find(@event => unwanted(@event)) is { } found)
                {
                    throw new ExpectationFailed($"Expected no {what}, but one came: {found}");
                }
                if (_end is not null)
                {
                    return;
                }
                changed = _changed.Task;
            }
            try
            {
                await changed.WaitAsync(end.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Drops what has come and was not taken.</summary>
    public void Forget(Func<TEvent, bool> which)
    {
        lock (_gate)
        {
            _pending.RemoveAll(@event => which(@event));
        }
    }

    private async Task WaitAsync(Task changed, string what, CancellationToken deadline)
    {
        try
        {
            await changed.WaitAsync(deadline);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                throw new ExpectationFailed($"Expected {what}, but it did not come in time. Untaken: {Untaken()}");
            }
        }
    }

    private string Untaken() => _pending.Count == 0 ? "nothing." : string.Join(" ", _pending.TakeLast(5));

    private void Wake()
    {
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }
}
