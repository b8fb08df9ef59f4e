using System.Globalization;
using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Cgroups;

/// <summary>
/// Version 2: one hierarchy. A container's bounds are set on its group; its processes are in <c>leaf</c> within, beside which the
/// groups of nested containers lie (a group with controllers for others may hold no processes itself).
/// </summary>
/// <param name="root">The agent's directory, whose controllers are enabled for what is below.</param>
/// <param name="controllers">Those of cpu, memory and pids that are.</param>
internal sealed class CgroupsV2(string root, IReadOnlyList<string> controllers) : IControlGroups
{
    private const long PeriodMicroseconds = 100_000;
    private const double WeightPerCpu = 100;
    private const double MicrosecondsPerSecond = 1e6;

    /// <summary>Kernels before 5.14 have no cgroup.kill: the group is frozen and its processes are killed one by one.</summary>
    private const string KillFile = "cgroup.kill";

    private readonly bool _cpu = controllers.Contains("cpu");
    private readonly bool _memory = controllers.Contains("memory");
    private readonly bool _pids = controllers.Contains("pids");

    public void Create(ContainerId group, GroupLimits limits)
    {
        if (group.Parent is { } parent)
        {
            var outer = PathOf(parent);
            Directory.CreateDirectory(outer);
            Enable(outer, controllers);
        }
        var path = PathOf(group);
        GroupFiles.MakeDirectory(path);
        GroupFiles.MakeDirectory($"{path}/{GroupNames.Leaf}");
        if (_memory)
        {
            // A container whose process was killed for want of memory is over as a whole.
            GroupFiles.WriteIfThere(path, "memory.oom.group", "1");
        }
        Apply(group, limits);
    }

    public IReadOnlyList<string> JoinFiles(ContainerId group) => [$"{PathOf(group)}/{GroupNames.Leaf}/cgroup.procs"];

    public bool Exists(ContainerId group) => Directory.Exists(PathOf(group));

    public void Apply(ContainerId group, GroupLimits limits)
    {
        var path = PathOf(group);
        if (_cpu)
        {
            if (limits.Cpus is { } cpus)
            {
                GroupFiles.Write(path, "cpu.weight", (long)Math.Clamp(cpus * WeightPerCpu, 1, 10_000));
            }
            GroupFiles.Write(path, "cpu.max", limits.CpuQuota is { } quota
                ? $"{(long)(quota * PeriodMicroseconds)} {PeriodMicroseconds}" : "max");
        }
        if (_pids)
        {
            GroupFiles.Write(path, "pids.max", limits.Pids is { } pids ? $"{pids}" : "max");
        }
        if (_memory)
        {
            GroupFiles.Write(path, "memory.low", limits.MemorySoftBytes ?? 0);
            GroupFiles.Write(path, "memory.max", limits.MemoryHardBytes is { } bytes
                ? bytes.ToString(CultureInfo.InvariantCulture) : "max");
            // A bound on memory is one on memory and swap.
            GroupFiles.WriteIfThere(path, "memory.swap.max", limits.MemoryHardBytes is null ? "max" : "0");
        }
    }

    public bool IsPopulated(ContainerId group) => GroupFiles.Value(GroupFiles.Read(PathOf(group), "cgroup.events"), "populated") is > 0;

    public void Kill(ContainerId group)
    {
        var path = PathOf(group);
        if (!Directory.Exists(path))
        {
            return;
        }
        if (File.Exists($"{path}/{KillFile}"))
        {
            GroupFiles.Write(path, KillFile, "1");
            return;
        }
        GroupFiles.WriteIfThere(path, "cgroup.freeze", "1");
        // A frozen process of version 2 dies of SIGKILL at once.
        foreach (var pid in Processes(path))
        {
            Native.Signal(pid, Native.Kill);
        }
        GroupFiles.WriteIfThere(path, "cgroup.freeze", "0");
    }

    public bool Remove(ContainerId group) => GroupFiles.RemoveTree(PathOf(group));

    public IReadOnlyList<ContainerId> List()
    {
        var found = new List<ContainerId>();
        GroupNames.List(root, null, found);
        return found;
    }

    public void Close()
    {
        Native.RemoveDirectory(root);
    }

    public MemoryOveruse? Overuse(ContainerId group)
    {
        var path = PathOf(group);
        if (!_memory || GroupFiles.Value(GroupFiles.Read(path, "memory.events"), "oom_kill") is not > 0)
        {
            return null;
        }
        var limit = GroupFiles.Number(path, "memory.max") ?? 0;
        return new MemoryOveruse(limit, GroupFiles.Number(path, "memory.peak") ?? limit, GroupFiles.Read(path, "memory.stat") ?? "");
    }

    public void Fill(ContainerId group, ResourceStatistics statistics)
    {
        var path = PathOf(group);
        // Processor time is counted without the controller too.
        var cpu = GroupFiles.Read(path, "cpu.stat");
        statistics.CpusUserTimeSecs = (GroupFiles.Value(cpu, "user_usec") ?? 0) / MicrosecondsPerSecond;
        statistics.CpusSystemTimeSecs = (GroupFiles.Value(cpu, "system_usec") ?? 0) / MicrosecondsPerSecond;
        if (GroupFiles.Value(cpu, "nr_periods") is { } periods)
        {
            statistics.CpusNrPeriods = (uint)periods;
            statistics.CpusNrThrottled = (uint)(GroupFiles.Value(cpu, "nr_throttled") ?? 0);
            statistics.CpusThrottledTimeSecs = (GroupFiles.Value(cpu, "throttled_usec") ?? 0) / MicrosecondsPerSecond;
        }
        if (_memory)
        {
            FillMemory(path, statistics);
        }
        statistics.Processes = (uint)Processes(path).Count();
        statistics.Threads = (uint)(GroupFiles.Number(path, "pids.current")
            ?? GroupFiles.Count(GroupFiles.Read($"{path}/{GroupNames.Leaf}", "cgroup.threads")));
    }

    /// <summary>Enables controllers for the groups within. Those that are enabled already are no error.</summary>
    public static void Enable(string directory, IEnumerable<string> controllers)
    {
        var text = string.Join(' ', controllers.Select(controller => "+" + controller));
        if (text.Length > 0)
        {
            GroupFiles.Write(directory, "cgroup.subtree_control", text);
        }
    }

    private static void FillMemory(string path, ResourceStatistics statistics)
    {
        statistics.MemTotalBytes = (ulong)(GroupFiles.Number(path, "memory.current") ?? 0);
        var stat = GroupFiles.Read(path, "memory.stat");
        ulong Of(string name) => (ulong)(GroupFiles.Value(stat, name) ?? 0);
        statistics.MemRssBytes = statistics.MemAnonBytes = Of("anon");
        statistics.MemCacheBytes = statistics.MemFileBytes = Of("file");
        statistics.MemMappedFileBytes = Of("file_mapped");
        statistics.MemUnevictableBytes = Of("unevictable");
        if (GroupFiles.Number(path, "memory.swap.current") is { } swap)
        {
            statistics.MemSwapBytes = (ulong)swap;
        }
    }

    private string PathOf(ContainerId group) => $"{root}/{GroupNames.PathOf(group)}";

    private static IEnumerable<int> Processes(string directory) =>
        GroupFiles.Pids(GroupFiles.Read(directory, "cgroup.procs")).Concat(Directory.EnumerateDirectories(directory).SelectMany(Processes));
}
