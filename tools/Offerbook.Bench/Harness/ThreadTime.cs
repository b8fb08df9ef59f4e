using System.Runtime.InteropServices;

namespace Offerbook.Bench.Harness;

/// <summary>
/// What the calling thread has computed for so far. On a machine that others use too it says what the code costs, where the wall
/// clock says how long the thread waited for its turn besides. Collections that the thread itself runs count; Linux only.
/// </summary>
internal static partial class ThreadTime
{
    // From <time.h> of Linux.
    private const int ThreadCpuTime = 3;

    public static TimeSpan Now => Read(ThreadCpuTime, out var time) == 0
        ? new TimeSpan((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / TimeSpan.NanosecondsPerTick))
        : throw new InvalidOperationException($"The processor time of the thread cannot be read: errno {Marshal.GetLastPInvokeError()}.");

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int Read(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
