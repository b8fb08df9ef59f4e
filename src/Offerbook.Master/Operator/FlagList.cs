using System.Globalization;

namespace Offerbook.Master.Operator;

/// <summary>Settings under the names of the flags that operators know; only what has an effect here. Sorted by name.</summary>
internal static class FlagList
{
    private static readonly (string Unit, double Seconds)[] Units =
    [
        ("weeks", 604_800), ("days", 86_400), ("hrs", 3_600), ("mins", 60), ("secs", 1), ("ms", 0.001), ("us", 1e-6), ("ns", 1e-9),
    ];

    public static IReadOnlyList<(string Name, string Value)> Of(MasterSettings settings)
    {
        var flags = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["advertise_ip"] = settings.Ip,
            ["agent_ping_timeout"] = Duration(settings.AgentPingInterval),
            ["agent_reregister_timeout"] = Duration(settings.AgentReregisterTimeout),
            ["allocation_interval"] = Duration(settings.AllocationBatchInterval),
            ["allocator"] = "hierarchical",
            ["authenticate_agents"] = "false",
            ["authenticate_frameworks"] = "false",
            ["authenticate_http_frameworks"] = "false",
            ["authenticate_http_readonly"] = "false",
            ["authenticate_http_readwrite"] = "false",
            ["filter_gpu_resources"] = settings.Allocator.FilterGpuResources ? "true" : "false",
            ["framework_sorter"] = "drf",
            ["hostname"] = settings.Hostname,
            ["max_agent_ping_timeouts"] = settings.MaxAgentPingTimeouts.ToString(CultureInfo.InvariantCulture),
            ["max_completed_frameworks"] = settings.MaxCompletedFrameworks.ToString(CultureInfo.InvariantCulture),
            ["max_completed_tasks_per_framework"] = settings.MaxCompletedTasksPerFramework.ToString(CultureInfo.InvariantCulture),
            ["max_unreachable_tasks_per_framework"] = settings.MaxUnreachableTasksPerFramework.ToString(CultureInfo.InvariantCulture),
            ["port"] = settings.Port.ToString(CultureInfo.InvariantCulture),
            ["registry_max_agent_count"] = settings.MaxLostAgents.ToString(CultureInfo.InvariantCulture),
            ["role_sorter"] = "drf",
            ["root_submissions"] = "true",
        };
        if (settings.ClusterName is not null)
        {
            flags["cluster"] = settings.ClusterName;
        }
        if (settings.OfferTimeout is { } timeout)
        {
            flags["offer_timeout"] = Duration(timeout);
        }
        return flags.Select(flag => (flag.Key, flag.Value)).ToList();
    }

    /// <summary>The largest unit that divides evenly: <c>15secs</c>, <c>10mins</c>, <c>1.5secs</c>.</summary>
    public static string Duration(TimeSpan duration)
    {
        foreach (var (unit, seconds) in Units)
        {
            var ticks = (long)(seconds * TimeSpan.TicksPerSecond);
            if (ticks > 0 && duration.Ticks >= ticks && duration.Ticks % ticks == 0)
            {
                return (duration.Ticks / ticks).ToString(CultureInfo.InvariantCulture) + unit;
            }
        }
        return duration.TotalSeconds.ToString(CultureInfo.InvariantCulture) + "secs";
    }
}
