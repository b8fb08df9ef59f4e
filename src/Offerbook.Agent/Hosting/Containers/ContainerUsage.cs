using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Cgroups;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Tells what a container uses: from its control group, else from its session's processes, all of which are read at most once a second.
/// </summary>
internal sealed class ContainerUsage(ContainerGroups groups, IsolationOptions options, TimeProvider time)
{
    private const double Megabyte = 1 << 20;

    private readonly SessionUsage _sessions = new(time);

    public ResourceStatistics Of(TrackedContainer container)
    {
        var statistics = new ResourceStatistics { Timestamp = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds };
        if (groups.Has(container.Spec))
        {
            groups.Fill(container.Spec, statistics);
        }
        if (!statistics.HasMemRssBytes && container.Record.Main is { } main)
        {
            _sessions.Fill(main.Pid, statistics);
        }
        var limits = container.Limits;
        var bounds = GroupLimits.Of(limits, options);
        if ((limits.CpuLimit ?? limits.Cpus) is { } cpus && double.IsFinite(cpus))
        {
            statistics.CpusLimit = cpus;
        }
        if (limits.Cpus is { } share)
        {
            statistics.CpusSoftLimit = share;
        }
        if (bounds.MemoryHardBytes is { } hard)
        {
            statistics.MemLimitBytes = (ulong)hard;
        }
        if (bounds.MemorySoftBytes is { } soft)
        {
            statistics.MemSoftLimitBytes = (ulong)soft;
        }
        if (limits.DiskMegabytes is { } disk)
        {
            statistics.DiskLimitBytes = (ulong)(disk * Megabyte);
        }
        if (container.DiskBytes is { } used)
        {
            statistics.DiskUsedBytes = (ulong)used;
        }
        return statistics;
    }
}
