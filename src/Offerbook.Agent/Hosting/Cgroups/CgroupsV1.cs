using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Cgroups;

/// <summary>One mounted hierarchy of version 1, and the agent's directory in it.</summary>
internal sealed record CgroupTree(string Root, IReadOnlyList<string> Controllers);

/// <summary>
/// Version 1: a hierarchy for each controller (or a few of them), a directory of the same name in each. A process joins through
/// <c>tasks</c>, for itself alone: through <c>cgroup.procs</c> it would wait some 15 ms for a grace period of the kernel.
/// </summary>
internal sealed class CgroupsV1 : IControlGroups
{
    private const long PeriodMicroseconds = 100_000;
    private const double TicksPerSecond = 100;
    private const double SharesPerCpu = 1024;
    private const long MinShares = 2;

    /// <summary>Only kernels that account for swap have it. Held to the memory's bound: no swap on top.</summary>
    private const string MemoryAndSwap = "memory.memsw.limit_in_bytes";

    /// <summary>
    /// Rounds of a kill. With the pids or the freezer controller one is enough; without, a group that forks all the time takes more.
    /// </summary>
    private const int KillRounds = 100;

    /// <summary>A directory's own name and its dot; each directory within would add one.</summary>
    private const int LinksWithNoneWithin = 2;

    private readonly IReadOnlyList<CgroupTree> _trees;
    private readonly CgroupTree? _cpu;
    private readonly CgroupTree? _cpuacct;
    private readonly CgroupTree? _memory;
    private readonly CgroupTree? _pids;
    private readonly CgroupTree? _freezer;
    private readonly CgroupTree _tracker;

    /// <param name="trees">At least one.</param>
    public CgroupsV1(IReadOnlyList<CgroupTree> trees)
    {
        _trees = trees;
        CgroupTree? With(string controller) => trees.FirstOrDefault(tree => tree.Controllers.Contains(controller));
        (_cpu, _cpuacct, _memory, _pids, _freezer) = (With("cpu"), With("cpuacct"), With("memory"), With("pids"), With("freezer"));
        _tracker = _pids ?? _freezer ?? trees[0];
    }

    public void Create(ContainerId group, GroupLimits limits)
    {
        foreach (var tree in _trees)
        {
            GroupFiles.MakeDirectory(PathOf(tree, group));
        }
        Bound(group, limits, isNew: true);
    }

    /// <summary>
    /// The processor's share comes last: joining takes a lock of the whole kernel, and who holds it and waits for its small share of a busy
    /// machine
    /// holds up every other launch.
    /// </summary>
    public IReadOnlyList<string> JoinFiles(ContainerId group) =>
        [.. _trees.OrderBy(tree => tree == _cpu).Select(tree => PathOf(tree, group) + "/tasks")];

    public bool Exists(ContainerId group) => Directory.Exists(PathOf(_tracker, group));

    public void Apply(ContainerId group, GroupLimits limits) => Bound(group, limits, isNew: false);

    /// <param name="isNew">A new group is unbounded: what stays so is not written, which spares the kernel some work.</param>
    private void Bound(ContainerId group, GroupLimits limits, bool isNew)
    {
        if (_cpu is not null)
        {
            var path = PathOf(_cpu, group);
            if (limits.Cpus is { } cpus)
            {
                GroupFiles.Write(path, "cpu.shares", Math.Max(MinShares, (long)(cpus * SharesPerCpu)));
            }
            if (limits.CpuQuota is not null || !isNew)
            {
                GroupFiles.WriteIfThere(path, "cpu.cfs_quota_us", limits.CpuQuota is { } quota
                    ? $"{(long)(quota * PeriodMicroseconds)}" : "-1");
            }
        }
        if (_pids is not null && (limits.Pids is not null || !isNew))
        {
            GroupFiles.Write(PathOf(_pids, group), "pids.max", limits.Pids is { } pids ? $"{pids}" : "max");
        }
        if (_memory is not null && ((limits.MemoryHardBytes ?? limits.MemorySoftBytes) is not null || !isNew))
        {
            var path = PathOf(_memory, group);
            if (!isNew)
            {
                // The bound on memory and swap together may never be below that on memory.
                GroupFiles.WriteIfThere(path, MemoryAndSwap, "-1");
            }
            GroupFiles.Write(path, "memory.soft_limit_in_bytes", limits.MemorySoftBytes ?? -1);
            GroupFiles.Write(path, "memory.limit_in_bytes", limits.MemoryHardBytes ?? -1);
            if (limits.MemoryHardBytes is { } hard)
            {
                GroupFiles.WriteIfThere(path, MemoryAndSwap, $"{hard}");
            }
        }
    }

    public bool IsPopulated(ContainerId group) => Processes(PathOf(_tracker, group)).Any();

    public void Kill(ContainerId group)
    {
        var path = PathOf(_tracker, group);
        if (!Directory.Exists(path))
        {
            return;
        }
        if (_pids is not null)
        {
            // Nobody in it can fork from now on.
            GroupFiles.Write(path, "pids.max", 0);
        }
        var freezer = _pids is null && _freezer is not null ? PathOf(_freezer, group) : null;
        if (freezer is not null)
        {
            GroupFiles.Write(freezer, "freezer.state", "FROZEN");
        }
        for (var round = 0; round < KillRounds; round++)
        {
            var some = false;
            foreach (var pid in Processes(path))
            {
                some = true;
                Native.Signal(pid, Native.Kill);
            }
            if (!some || _pids is not null || freezer is not null)
            {
                break;
            }
        }
        if (freezer is not null)
        {
            GroupFiles.Write(freezer, "freezer.state", "THAWED");
        }
    }

    public bool Remove(ContainerId group)
    {
        var gone = true;
        foreach (var tree in _trees)
        {
            gone &= GroupFiles.RemoveTree(PathOf(tree, group));
        }
        return gone;
    }

    public IReadOnlyList<ContainerId> List()
    {
        var found = new List<ContainerId>();
        foreach (var tree in _trees)
        {
            GroupNames.List(tree.Root, null, found);
        }
        return [.. found.Distinct()];
    }

    public void Close()
    {
        foreach (var tree in _trees)
        {
            Native.RemoveDirectory(tree.Root);
        }
    }

    public MemoryOveruse? Overuse(ContainerId group)
    {
        if (_memory is null)
        {
            return null;
        }
        var path = PathOf(_memory, group);
        if (GroupFiles.Value(GroupFiles.Read(path, "memory.oom_control"), "oom_kill") is not > 0)
        {
            return null;
        }
        var peak = GroupFiles.Number(path, "memory.max_usage_in_bytes") ?? 0;
        return new MemoryOveruse(GroupFiles.Number(path, "memory.limit_in_bytes") ?? peak, peak, GroupFiles.Read(path, "memory.stat")
            ?? "");
    }

    public void Fill(ContainerId group, ResourceStatistics statistics)
    {
        if (_cpuacct is not null && GroupFiles.Read(PathOf(_cpuacct, group), "cpuacct.stat") is { } times)
        {
            statistics.CpusUserTimeSecs = (GroupFiles.Value(times, "user") ?? 0) / TicksPerSecond;
            statistics.CpusSystemTimeSecs = (GroupFiles.Value(times, "system") ?? 0) / TicksPerSecond;
        }
        if (_cpu is not null && GroupFiles.Read(PathOf(_cpu, group), "cpu.stat") is { } throttling)
        {
            statistics.CpusNrPeriods = (uint)(GroupFiles.Value(throttling, "nr_periods") ?? 0);
            statistics.CpusNrThrottled = (uint)(GroupFiles.Value(throttling, "nr_throttled") ?? 0);
            statistics.CpusThrottledTimeSecs = (GroupFiles.Value(throttling, "throttled_time") ?? 0) / 1e9;
        }
        if (_memory is not null)
        {
            FillMemory(PathOf(_memory, group), statistics);
        }
        var tracker = PathOf(_tracker, group);
        statistics.Processes = (uint)GroupFiles.Count(GroupFiles.Read(tracker, "cgroup.procs"));
        statistics.Threads = (uint)GroupFiles.Count(GroupFiles.Read(tracker, "tasks"));
    }

    private static void FillMemory(string path, ResourceStatistics statistics)
    {
        statistics.MemTotalBytes = (ulong)(GroupFiles.Number(path, "memory.usage_in_bytes") ?? 0);
        var stat = GroupFiles.Read(path, "memory.stat");
        ulong Of(string name) => (ulong)(GroupFiles.Value(stat, name) ?? 0);
        statistics.MemRssBytes = statistics.MemAnonBytes = Of("total_rss");
        statistics.MemCacheBytes = statistics.MemFileBytes = Of("total_cache");
        statistics.MemMappedFileBytes = Of("total_mapped_file");
        statistics.MemSwapBytes = Of("total_swap");
        statistics.MemUnevictableBytes = Of("total_unevictable");
    }

    private static string PathOf(CgroupTree tree, ContainerId group) => $"{tree.Root}/{GroupNames.PathOf(group)}";

    private static IEnumerable<int> Processes(string directory)
    {
        if (Native.Facts(directory) is not { } facts)
        {
            return [];
        }
        if (facts.Links == LinksWithNoneWithin)
        {
            return GroupFiles.Pids(GroupFiles.Read(directory, "cgroup.procs"));
        }
        return GroupFiles.Pids(GroupFiles.Read(directory, "cgroup.procs"))
            .Concat(Directory.EnumerateDirectories(directory).SelectMany(Processes));
    }
}
