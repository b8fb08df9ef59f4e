namespace Offerbook.Actors.Tests.Hosting;

/// <summary>Time that stands still until the test moves it. Timers fire on the test's thread, inside <see cref="Advance"/>, in order.</summary>
internal sealed class FakeTimeProvider : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<FakeTimer> _timers = [];
    private TimeSpan _elapsed;

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
            var overdue = false;
            lock (time._lock)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : time._elapsed + dueTime;
                overdue = dueTime == TimeSpan.Zero;
                if (overdue)
                {
                    Due = null;
                }
            }
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
