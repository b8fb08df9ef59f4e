namespace Offerbook.Actors;

/// <summary>
/// The present as a core sees it. Durations and timeouts are judged by <paramref name="Elapsed"/>, which never goes back;
/// <paramref name="Wall"/> (UTC) is only written down and shown.
/// </summary>
/// <param name="Elapsed">Monotonic time since an arbitrary origin, the same for the life of the process.</param>
public readonly record struct Now(TimeSpan Elapsed, DateTimeOffset Wall)
{
    /// <summary>Wall time in seconds since the epoch, with fraction: the form of <c>TaskStatus.timestamp</c>.</summary>
    public double UnixSeconds => (Wall - DateTimeOffset.UnixEpoch).Ticks / (double)TimeSpan.TicksPerSecond;

    /// <summary>Wall time in nanoseconds since the epoch: the form of <c>TimeInfo</c>.</summary>
    public long UnixNanoseconds => (Wall - DateTimeOffset.UnixEpoch).Ticks * 100;
}
