using System.Diagnostics;

namespace Offerbook.Fuzzer.Watching;

/// <summary>How far apart things of one kind are. The longest gap counts what has not come yet, too.</summary>
public sealed class Gaps
{
    private readonly Lock _gate = new();
    private long _last = Stopwatch.GetTimestamp();
    private TimeSpan _longest;

    public long Count { get; private set; }

    public TimeSpan Longest
    {
        get
        {
            lock (_gate)
            {
                var open = Stopwatch.GetElapsedTime(_last);
                return open > _longest ? open : _longest;
            }
        }
    }

    public void Note()
    {
        lock (_gate)
        {
            var gap = Stopwatch.GetElapsedTime(_last);
            _longest = gap > _longest ? gap : _longest;
            _last = Stopwatch.GetTimestamp();
            Count++;
        }
    }
}
