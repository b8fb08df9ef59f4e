using System.Globalization;
using System.Runtime.InteropServices;

namespace Offerbook.Chaos.Running;

/// <summary>
/// Time since a run began, on the clock that <c>/proc/uptime</c> shows: a shell reads it there without starting a program, so that
/// what tasks write down and what we see can be put in one order. Steps of the wall clock do not touch it.
/// </summary>
public sealed partial class RunClock
{
    /// <summary>What tasks read is cut off to hundredths: a mark may seem to be so much earlier than it was.</summary>
    public static readonly TimeSpan MarkResolution = TimeSpan.FromMilliseconds(10);

    private const int SinceBoot = 7; // CLOCK_BOOTTIME

    private readonly TimeSpan _start = Uptime();

    public TimeSpan Now => Uptime() - _start;

    /// <param name="uptime">The first word of <c>/proc/uptime</c>: seconds, in hundredths.</param>
    public TimeSpan FromUptime(string uptime) => TimeSpan.FromSeconds(double.Parse(uptime, CultureInfo.InvariantCulture)) - _start;

    private static TimeSpan Uptime()
    {
        _ = clock_gettime(SinceBoot, out var time);
        return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1_000);
    }

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, out Moment time);

    private readonly record struct Moment(long Seconds, long Nanoseconds);
}
