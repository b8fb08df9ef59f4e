using System.Text.Json;
using Mesos.V1;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>What an engine says that a container uses, in the words of the agent's API.</summary>
internal static class DockerStatistics
{
    private const double Nanoseconds = 1e9;

    /// <param name="now">Seconds since the epoch.</param>
    public static ResourceStatistics Of(JsonElement said, double now)
    {
        var statistics = new ResourceStatistics { Timestamp = now };
        Set(said.Number("cpu_stats", "cpu_usage", "usage_in_usermode"), value => statistics.CpusUserTimeSecs = value / Nanoseconds);
        Set(said.Number("cpu_stats", "cpu_usage", "usage_in_kernelmode"), value => statistics.CpusSystemTimeSecs = value / Nanoseconds);
        Set(said.Number("cpu_stats", "throttling_data", "periods"), value => statistics.CpusNrPeriods = (uint)value);
        Set(said.Number("cpu_stats", "throttling_data", "throttled_periods"), value => statistics.CpusNrThrottled = (uint)value);
        Set(said.Number("cpu_stats", "throttling_data", "throttled_time"), value => statistics.CpusThrottledTimeSecs = value / Nanoseconds);
        Set(said.Number("memory_stats", "usage"), value => statistics.MemTotalBytes = (ulong)value);
        Set(said.Number("memory_stats", "limit"), value => statistics.MemLimitBytes = (ulong)value);
        Set(said.Number("memory_stats", "stats", "rss") ?? said.Number("memory_stats", "stats", "anon"),
            value => statistics.MemRssBytes = (ulong)value);
        Set(said.Number("memory_stats", "stats", "cache") ?? said.Number("memory_stats", "stats", "file"),
            value => statistics.MemCacheBytes = (ulong)value);
        Set(said.Number("pids_stats", "current"), value => statistics.Processes = (uint)value);
        if (said.At("networks") is { ValueKind: JsonValueKind.Object } networks)
        {
            statistics.NetRxBytes = Sum(networks, "rx_bytes");
            statistics.NetRxPackets = Sum(networks, "rx_packets");
            statistics.NetTxBytes = Sum(networks, "tx_bytes");
            statistics.NetTxPackets = Sum(networks, "tx_packets");
        }
        return statistics;
    }

    private static ulong Sum(JsonElement networks, string name) =>
        (ulong)networks.EnumerateObject().Sum(network => Math.Max(network.Value.Number(name) ?? 0, 0));

    private static void Set(long? value, Action<long> set)
    {
        if (value is { } known and >= 0)
        {
            set(known);
        }
    }
}
