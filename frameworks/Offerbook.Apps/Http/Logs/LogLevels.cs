using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Offerbook.Apps.Http.Logs;

/// <summary>
/// A logger factory whose loggers can be made to say more or less while they run. A level set for a name counts for the names below it
/// (<c>Offerbook.Apps</c> for <c>Offerbook.Apps.Http</c>); the name <see cref="Root"/> is above all. Loggers can only be made to say
/// more than the factory within lets through if it lets through everything.
/// </summary>
internal sealed class LogLevels(ILoggerFactory inner, TimeProvider time) : ILoggerFactory
{
    public const string Root = "ROOT";

    /// <summary>Names whose level can be set: clients choose them, so they are bounded.</summary>
    private const int MaxSet = 1_000;

    private readonly ConcurrentDictionary<string, LogLevel> _set = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);

    public ILogger CreateLogger(string categoryName) =>
        _loggers.GetOrAdd(categoryName, name => new Adjusted(inner.CreateLogger(name), name, this));

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    /// <summary>The factory within belongs to whoever made it.</summary>
    public void Dispose()
    {
    }

    /// <summary>Every logger's level, and whether it was set for that very name.</summary>
    public IEnumerable<(string Name, LogLevel Level, bool IsOwn)> All => _loggers.Keys.Concat(_set.Keys).Append(Root).Distinct()
        .Order(StringComparer.Ordinal)
        .Select(name => (name, LevelOf(name) ?? LevelWithin(name), name == Root || _set.ContainsKey(name)));

    /// <returns>False when too many are set.</returns>
    public bool TrySet(string name, LogLevel level)
    {
        if (_set.Count >= MaxSet && !_set.ContainsKey(name))
        {
            return false;
        }
        _set[name] = level;
        return true;
    }

    /// <summary>Sets it for a while; then it is as before.</summary>
    public bool TrySet(string name, LogLevel level, TimeSpan duration)
    {
        var before = _set.TryGetValue(name, out var known) ? known : (LogLevel?)null;
        if (!TrySet(name, level))
        {
            return false;
        }
        ITimer? timer = null;
        timer = time.CreateTimer(_ =>
        {
            Restore(name, before);
            timer?.Dispose();
        }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(duration, Timeout.InfiniteTimeSpan);
        return true;
    }

    private void Restore(string name, LogLevel? level)
    {
        if (level is { } before)
        {
            _set[name] = before;
        }
        else
        {
            _set.TryRemove(name, out _);
        }
    }

    /// <summary>Null: nothing is set for it or above it.</summary>
    private LogLevel? LevelOf(string name)
    {
        for (var above = name; above.Length > 0; above = above[..Math.Max(0, above.LastIndexOf('.'))])
        {
            if (_set.TryGetValue(above, out var level))
            {
                return level;
            }
        }
        return _set.TryGetValue(Root, out var root) ? root : null;
    }

    private LogLevel LevelWithin(string name)
    {
        var logger = inner.CreateLogger(name);
        return Enum.GetValues<LogLevel>().FirstOrDefault(logger.IsEnabled, LogLevel.None);
    }

    private sealed class Adjusted(ILogger logger, string name, LogLevels levels) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => logger.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) =>
            logger.IsEnabled(logLevel) && (levels.LevelOf(name) is not { } least || logLevel >= least);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                logger.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}
