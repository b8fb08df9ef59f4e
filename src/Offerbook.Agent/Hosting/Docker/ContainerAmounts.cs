using System.Text.Json.Nodes;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>What a container may use, as the engine counts it. The constants are the original's.</summary>
internal static class ContainerAmounts
{
    private const double SharesPerCpu = 1024;
    private const long FewestShares = 2;
    private const long PeriodMicroseconds = 100_000;

    /// <summary>The kernel takes no quota below a millisecond.</summary>
    private const long SmallestQuota = 1_000;

    private const double SmallestMemoryMegabytes = 32;

    public static void Set(JsonObject host, ContainerLimits limits)
    {
        if (limits.Cpus is { } cpus)
        {
            host["CpuShares"] = Math.Max((long)(cpus * SharesPerCpu), FewestShares);
        }
        if (limits.CpuLimit is { } most && double.IsFinite(most))
        {
            host["CpuPeriod"] = PeriodMicroseconds;
            host["CpuQuota"] = Math.Max((long)(most * PeriodMicroseconds), SmallestQuota);
        }
        if (limits.MemoryLimitMegabytes is { } memory && double.IsFinite(memory))
        {
            var bytes = Bytes(memory);
            host["Memory"] = bytes;
            // No swap on top: a limit is a limit.
            host["MemorySwap"] = bytes;
            if (limits.MemoryMegabytes is { } asked && Bytes(asked) < bytes)
            {
                host["MemoryReservation"] = Bytes(asked);
            }
        }
        else if (limits.MemoryMegabytes is { } asked)
        {
            host["MemoryReservation"] = Bytes(asked);
        }
    }

    /// <summary>The same for a container that runs: a limit that is gone has to be said.</summary>
    public static JsonObject Change(ContainerLimits limits)
    {
        var change = new JsonObject { ["CpuQuota"] = -1, ["Memory"] = 0, ["MemorySwap"] = -1 };
        Set(change, limits);
        return change;
    }

    private static long Bytes(double megabytes) => (long)(Math.Max(megabytes, SmallestMemoryMegabytes) * (1 << 20));
}
