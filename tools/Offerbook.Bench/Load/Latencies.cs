using Offerbook.Bench.Harness;

namespace Offerbook.Bench.Load;

/// <summary>Measured times in ms.</summary>
internal sealed class Latencies
{
    private readonly List<double> _ms = [];
    private bool _sorted;

    public int Count => _ms.Count;

    public void Add(TimeSpan time)
    {
        _ms.Add(time.TotalMilliseconds);
        _sorted = false;
    }

    /// <param name="percentile">From 0 to 1.</param>
    public double At(double percentile)
    {
        if (!_sorted)
        {
            _ms.Sort();
            _sorted = true;
        }
        return _ms.Count == 0 ? double.NaN : _ms[Math.Min(_ms.Count - 1, (int)(percentile * _ms.Count))];
    }

    /// <summary>Reports median, p99 and maximum.</summary>
    public void Report(BenchRun run, string name, string note)
    {
        run.Report(name + "_p50", At(0.5), "ms", $"{note}, {Count} of them");
        run.Report(name + "_p99", At(0.99), "ms");
        run.Report(name + "_max", At(1), "ms");
    }
}
