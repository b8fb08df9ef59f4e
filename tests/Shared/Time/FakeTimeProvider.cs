namespace Offerbook.Testing.Time;

/// <summary>
/// Time that stands still until the test moves it. Timers fire on the test's thread, inside <see cref="Advance"/>, in order; it tells what
/// is waited for.
/// </summary>
internal sealed class FakeTimeProvider : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<FakeTimer> _timers = [];
    private TimeSpan _elapsed;
    private TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (_lock)
        {
            return _elapsed.Ticks;
        }
    }

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, () => callback(state));
        lock (_lock)
        {
            _timers.Add(timer);
        }
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Completes when somebody waits for exactly this long from now.</summary>
    public async Task WaitForTimerAsync(TimeSpan due)
    {
        while (true)
        {
            Task started;
            lock (_lock)
            {
                if (_timers.Any(timer => timer.Due == _elapsed + due))
                {
                    return;
                }
                started = _started.Task;
            }
            await started;
        }
    }

    public void Advance(TimeSpan by)
    {
        lock (_lock)
        {
            _elapsed += by;
        }
        while (NextDue() is { } timer)
        {
            timer.Fire();
        }
    }

    private FakeTimer? NextDue()
    {
        lock (_lock)
        {
            var next = _timers.Where(t => t.Due is { } due && due <= _elapsed).MinBy(t => t.Due);
            if (next is not null)
            {
                next.Due = null;
            }
            return next;
        }
    }

    private sealed class FakeTimer(FakeTimeProvider time, Action fire) : ITimer
    {
        public TimeSpan? Due { get; set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Assert.That(period, Is.EqualTo(Timeout.InfiniteTimeSpan), "periodic timers are not supported");
            Assert.That(dueTime, Is.LessThanOrEqualTo(TimeSpan.FromMilliseconds(0xFFFFFFFE)), "more than the platform's timers take");
            bool overdue;
            TaskCompletionSource started;
            lock (time._lock)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : time._elapsed + dueTime;
                overdue = dueTime == TimeSpan.Zero;
                if (overdue)
                {
                    Due = null;
                }
                started = time._started;
                time._started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            started.SetResult();
            if (overdue)
            {
                // As the platform does it: at once, but never on the caller's stack.
                ThreadPool.QueueUserWorkItem(_ => fire());
            }
            return true;
        }

        public void Dispose()
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
