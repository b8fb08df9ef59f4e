namespace Offerbook.Apps.Http.Measuring;

/// <summary>
/// How long requests took: how many there were, and of the last <see cref="Kept"/> the spread. Safe to use from several threads.
/// </summary>
internal sealed class RequestTimes(TimeProvider time)
{
    /// <summary>As many as a dashboard's minute of a busy client; 8 KiB.</summary>
    private const int Kept = 1_024;

    private readonly double[] _seconds = new double[Kept];
    private readonly RateMeter _rate = new(time);
    private readonly Lock _lock = new();
    private long _count;
    private double _total;

    public long Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>All of them together, in seconds.</summary>
    public double Total
    {
        get
        {
            lock (_lock)
            {
                return _total;
            }
        }
    }

    public Rates Rates => _rate.Read();

    public void Add(TimeSpan taken)
    {
        _rate.Mark();
        lock (_lock)
        {
            _seconds[_count++ % Kept] = taken.TotalSeconds;
            _total += taken.TotalSeconds;
        }
    }

    /// <summary>The kept ones in seconds, shortest first.</summary>
    public double[] Sorted()
    {
        lock (_lock)
        {
            var kept = _seconds[..(int)Math.Min(_count, Kept)];
            Array.Sort(kept);
            return kept;
        }
    }
}
