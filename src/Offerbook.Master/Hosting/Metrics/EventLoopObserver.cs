using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Offerbook.Actors.Hosting;
using Offerbook.Master.Operator.Metrics;

namespace Offerbook.Master.Hosting.Metrics;

/// <summary>
/// Times the core from outside, since it has no clock of its own: turns by type of message, allocation runs, appends to the journal.
/// A turn costs one look-up by type and a few additions, some 20 ns. Slow turns are counted by message and logged, at most one line
/// in ten seconds, which tells how many it stands for.
/// </summary>
internal sealed class EventLoopObserver : ICoreObserver<MasterMessage>
{
    private static readonly TimeSpan LogPause = TimeSpan.FromSeconds(10);

    private readonly FrozenDictionary<Type, TurnStatistics> _turns =
        MessageNames.ByType.Keys.ToFrozenDictionary(type => type, _ => new TurnStatistics());

    private readonly Lock _slowLock = new();
    private readonly SortedDictionary<string, long> _slow = new(StringComparer.Ordinal);
    private readonly TimeSpan _slowTurn;
    private readonly TimeSpan _batching;
    private readonly TimeProvider _time;
    private readonly ILogger? _log;
    private TimeSpan? _logged;
    private long _unlogged;

    public EventLoopObserver(MasterSettings settings, TimeProvider time, ILogger? log)
    {
        (_slowTurn, _batching, _time, _log) = (settings.SlowTurn, settings.AllocationBatchInterval, time, log);
    }

    /// <summary>Milliseconds of the allocation runs.</summary>
    public SampleWindow AllocationRuns { get; } = new();

    /// <summary>Milliseconds from the first reason for an allocation to its run.</summary>
    public SampleWindow AllocationLatency { get; } = new();

    /// <summary>Milliseconds that it took to make a batch of events durable.</summary>
    public SampleWindow Appends { get; } = new();

    /// <summary>Told of each append too.</summary>
    public Action<TimeSpan>? Committed { get; init; }

    /// <summary>On the clock of the windows.</summary>
    public TimeSpan Now => _time.GetElapsedTime(0);

    public IEnumerable<(string Message, TurnStatistics Turns)> Turns =>
        _turns.Select(pair => (MessageNames.ByType[pair.Key], pair.Value)).OrderBy(pair => pair.Item1, StringComparer.Ordinal);

    /// <summary>Turns that held the loop for longer than the settings' bound, by message and call.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> SlowTurns
    {
        get
        {
            lock (_slowLock)
            {
                return [.. _slow];
            }
        }
    }

    public void TurnEnded(MasterMessage message, TimeSpan late, TimeSpan duration)
    {
        _turns[message.GetType()].Record(duration);
        if (message is MasterMessage.AllocationBatched)
        {
            var now = Now;
            AllocationRuns.Add(duration.TotalMilliseconds, now);
            AllocationLatency.Add((_batching + late).TotalMilliseconds, now);
        }
        if (duration > _slowTurn)
        {
            CountSlow(message, duration);
        }
    }

    public void EventsAppended(int count, TimeSpan duration)
    {
        Appends.Add(duration.TotalMilliseconds, Now);
        Committed?.Invoke(duration);
    }

    private void CountSlow(MasterMessage message, TimeSpan duration)
    {
        var name = MessageNames.Of(message);
        lock (_slowLock)
        {
            _slow[name] = _slow.GetValueOrDefault(name) + 1;
        }
        var now = Now;
        if (_logged is { } last && now - last < LogPause)
        {
            _unlogged++;
            return;
        }
        _log?.LogWarning(
            "The turn for {Message} held the master for {Milliseconds:0.0} ms; {Others} other slow turns since the last such line",
            name, duration.TotalMilliseconds, _unlogged);
        (_logged, _unlogged) = (now, 0);
    }
}
