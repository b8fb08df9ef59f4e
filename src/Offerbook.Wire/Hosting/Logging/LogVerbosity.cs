using Microsoft.Extensions.Logging;

namespace Offerbook.Wire.Hosting.Logging;

/// <summary>
/// How much is logged: from a fixed level on, or for a while more. Verbosity 0 is the fixed level, 1 adds a line for each request
/// (debug), 2 and above everything (trace). Safe to use from several threads.
/// </summary>
public sealed class LogVerbosity : IDisposable
{
    /// <summary>Timers of the platform take no more than 49 days.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(40);

    private readonly LogLevel _fixed;
    private readonly ITimer _revert;
    private volatile int _verbosity;

    /// <param name="minimum">What verbosity 0 logs.</param>
    public LogVerbosity(LogLevel minimum, TimeProvider time)
    {
        _fixed = minimum;
        _revert = time.CreateTimer(_ => _verbosity = 0, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Verbosity => _verbosity;

    public LogLevel Minimum => _verbosity switch { 0 => _fixed, 1 => LogLevel.Debug, _ => LogLevel.Trace };

    /// <summary>A filter for a logger factory. What the web server says of itself is of no use below a warning.</summary>
    public bool Passes(string? category, LogLevel level) =>
        level >= Minimum && (level >= LogLevel.Warning || category?.StartsWith("Microsoft.", StringComparison.Ordinal) != true);

    /// <summary>Logs more for so long, and then as before. A later call takes the place of this one.</summary>
    /// <param name="verbosity">0 or more.</param>
    public void Set(int verbosity, TimeSpan duration)
    {
        _verbosity = verbosity;
        var wait = duration < LongestWait ? duration : LongestWait;
        _revert.Change(verbosity == 0 ? Timeout.InfiniteTimeSpan : wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _revert.Dispose();
}
