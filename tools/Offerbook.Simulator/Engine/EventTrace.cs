using System.Globalization;

namespace Offerbook.Simulator.Engine;

/// <summary>The last events of a run, for the report of a failure. Older ones are forgotten.</summary>
public sealed class EventTrace(int capacity = EventTrace.DefaultCapacity)
{
    public const int DefaultCapacity = 200;

    private readonly (TimeSpan At, string What)[] _ring = new (TimeSpan, string)[capacity];
    private long _count;

    /// <summary>Called with every event as it happens; for watching a single run.</summary>
    public Action<string>? Listener { get; set; }

    public void Add(TimeSpan at, string what)
    {
        _ring[_count++ % _ring.Length] = (at, what);
        Listener?.Invoke(Format(at, what));
    }

    public IReadOnlyList<string> Last()
    {
        var kept = (int)Math.Min(_count, _ring.Length);
        var lines = new List<string>(kept);
        for (var i = _count - kept; i < _count; i++)
        {
            var (at, what) = _ring[i % _ring.Length];
            lines.Add(Format(at, what));
        }
        return lines;
    }

    private static string Format(TimeSpan at, string what) =>
        at.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture).PadLeft(13) + "  " + what;
}
