using Offerbook.Bench.Harness;

namespace Offerbook.Bench.Apps;

/// <summary>Processor time that the programs of a cluster use from now on: what can be compared when the machine is busy.</summary>
internal sealed class Cost(AppsCluster cluster)
{
    private readonly double _apps = cluster.AppsCpuSeconds;
    private readonly double _master = cluster.MasterCpuSeconds;
    private readonly double _fleet = cluster.FleetCpuSeconds;

    public void Report(BenchRun run, string name, int count, string unit)
    {
        run.Report(name + "_apps_cpu", (cluster.AppsCpuSeconds - _apps) / count * 1e6, "µs", $"processor time of Apps for one {unit}");
        run.Report(name + "_master_cpu", (cluster.MasterCpuSeconds - _master) / count * 1e6, "µs", "of the master");
        run.Report(name + "_agents_cpu", (cluster.FleetCpuSeconds - _fleet) / count * 1e6, "µs", "of the simulated agents");
    }
}
