namespace Offerbook.Master;

/// <summary>Wall times between the forms in which they are kept and shown.</summary>
internal static class Times
{
    private const int NanosecondsPerTick = 100;

    public static long ToNanoseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * NanosecondsPerTick;

    public static DateTimeOffset FromNanoseconds(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / NanosecondsPerTick);

    public static double ToSeconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / (double)TimeSpan.TicksPerSecond;

    /// <summary>Wall nanoseconds of <paramref name="now"/> plus a delay; the end of representable time if it lies beyond.</summary>
    public static long After(Actors.Now now, TimeSpan delay)
    {
        var ticksLeft = (long.MaxValue - now.UnixNanoseconds) / NanosecondsPerTick;
        return now.UnixNanoseconds + Math.Min(delay.Ticks, ticksLeft) * NanosecondsPerTick;
    }
}
