using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Nodes;

namespace Offerbook.Simulator.Seats;

/// <summary>
/// The clock of a simulated process for classes that take a <see cref="TimeProvider"/>. Its timers wait while the process stands still.
/// </summary>
internal sealed class SimTime(SimWorld world, SimProcess process) : TimeProvider
{
    /// <summary>How soon after it goes on a process's overdue timers run.</summary>
    public static readonly TimeSpan Overdue = TimeSpan.FromMilliseconds(50);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => process.Clock.Now.Elapsed.Ticks;

    public override DateTimeOffset GetUtcNow() => process.Clock.Now.Wall;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(world, process, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(SimWorld world, SimProcess process, Action ring) : ITimer
    {
        private int _setting;

        /// <summary>Rings once: nobody here asks for a period.</summary>
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var setting = ++_setting;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                world.Schedule(dueTime, null, () => Ring(setting));
            }
            return true;
        }

        public void Dispose() => _setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Ring(int setting)
        {
            if (setting != _setting)
            {
                return;
            }
            if (process.IsPaused)
            {
                world.Schedule(Overdue, null, () => Ring(setting));
                return;
            }
            ring();
        }
    }
}
