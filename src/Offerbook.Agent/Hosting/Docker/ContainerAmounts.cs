using System.Text.Json.Nodes;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>
/// What a container may use, as the engine counts it (semantics 4.8): a request is a weight, and a bound of memory where none is given.
/// </summary>
internal static class ContainerAmounts
{
    private const double SharesPerCpu = 1024;
    private const long FewestShares = 2;
    private const long PeriodMicroseconds = 100_000;

    /// <summary>The kernel takes no quota below a millisecond.</summary>
    private const long SmallestQuota = 1_000;

    private const double SmallestMemoryMegabytes = 32;

    /// <param name="quotaByRequest">Requested processors are a bound where none is given.</param>
    public static void Set(JsonObject host, ContainerLimits limits, bool quotaByRequest)
    {
        if (limits.Cpus is { } cpus)
        {
            host["CpuShares"] = Math.Max((long)(cpus * SharesPerCpu), FewestShares);
        }
        if (Finite(limits.CpuLimit ?? (quotaByRequest ? limits.Cpus : null)) is { } most)
        {
            host["CpuPeriod"] = PeriodMicroseconds;
            host["CpuQuota"] = Math.Max((long)(most * PeriodMicroseconds), SmallestQuota);
        }
        var asked = Bytes(limits.MemoryMegabytes);
        if (Bytes(limits.MemoryLimitMegabytes ?? limits.MemoryMegabytes) is { } bound)
        {
            host["Memory"] = bound;
            // No swap on top: a limit is a limit.
            host["MemorySwap"] = bound;
            asked = asked < bound ? asked : null;
        }
        if (asked is { } kept)
        {
            host["MemoryReservation"] = kept;
        }
    }

    /// <summary>The same for a container that runs: a bound that is gone has to be said.</summary>
    public static JsonObject Change(ContainerLimits limits, bool quotaByRequest)
    {
        var change = new JsonObject();
        Set(change, limits, quotaByRequest);
        change.TryAdd("CpuQuota", -1);
        change.TryAdd("MemorySwap", -1);
        return change;
    }

    private static double? Finite(double? amount) =>
        amount is { } number && double.IsFinite(number) && number is > 0 and < 1e12 ? number : null;

    private static long? Bytes(double? megabytes) =>
        Finite(megabytes) is { } number ? (long)(Math.Max(number, SmallestMemoryMegabytes) * (1 << 20)) : null;
}
