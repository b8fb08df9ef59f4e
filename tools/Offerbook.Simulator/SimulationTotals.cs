using System.Globalization;

namespace Offerbook.Simulator;

/// <summary>The sum of many runs.</summary>
public sealed class SimulationTotals
{
    private readonly List<ulong> _failed = [];
    private TimeSpan _virtual;
    private TimeSpan _slowest;
    private long _events, _offers, _launches, _updates, _requests, _deployments, _jobs, _faults, _pods;

    public int Runs { get; private set; }

    public int Failures => _failed.Count;

    public void Add(SimulationReport report)
    {
        Runs++;
        if (!report.Passed)
        {
            _failed.Add(report.Seed);
        }
        var counts = report.Counts;
        _virtual += counts.Virtual;
        _slowest = counts.Healed > _slowest ? counts.Healed : _slowest;
        _events += counts.Events;
        _offers += counts.Offers;
        _launches += counts.Launches;
        _updates += counts.Updates;
        _requests += counts.RequestsAcknowledged;
        _deployments += counts.DeploymentsFinished;
        _jobs += counts.JobsFinished;
        _pods += counts.PodsStarted;
        _faults += counts.FaultsStruck;
    }

    /// <param name="took">Real time of all runs together, on however many threads.</param>
    public void WritePaceTo(TextWriter output, TimeSpan took) => output.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{_events / took.TotalSeconds:0} events a second, {_virtual.TotalHours / took.TotalMinutes:0.0} virtual hours a minute"));

    public void WriteTo(TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Runs} seeds, {_virtual.TotalHours:0.0} virtual hours, {_events} events, {_faults} faults: "
            + $"{_offers} offers, {_launches} launches, {_updates} updates, {_requests} requests taken, {_deployments} deployments, {_jobs} jobs, {_pods} task groups"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"slowest convergence after the last fault: {_slowest.TotalSeconds:0} virtual seconds"));
        output.WriteLine(_failed.Count == 0
            ? "no invariant was violated"
            : $"{_failed.Count} seeds failed: " + string.Join(" ", _failed.Order().Select(seed => $"0x{seed:x}")));
    }
}
