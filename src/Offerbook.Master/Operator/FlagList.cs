using System.Globalization;

namespace Offerbook.Master.Operator;

/// <summary>Settings under the names of the flags that operators know; only what has an effect here. Sorted by name.</summary>
internal static class FlagList
{
    public static IReadOnlyList<(string Name, string Value)> Of(MasterSettings settings)
    {
        var flags = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["advertise_ip"] = settings.Ip,
            ["agent_ping_timeout"] = DurationText.Of(settings.AgentPingInterval),
            ["agent_reregister_timeout"] = DurationText.Of(settings.AgentReregisterTimeout),
            ["allocation_interval"] = DurationText.Of(settings.AllocationBatchInterval),
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
            ["offer_constraints_re2_max_mem"] = settings.OfferConstraintLimits.MaxBytes.ToString(CultureInfo.InvariantCulture) + "B",
            ["offer_constraints_re2_max_program_size"] = settings.OfferConstraintLimits.MaxSize.ToString(CultureInfo.InvariantCulture),
            ["root_submissions"] = settings.RootSubmissions ? "true" : "false",
        };
        if (settings.ClusterName is not null)
        {
            flags["cluster"] = settings.ClusterName;
        }
        if (settings.Roles is { } roles)
        {
            flags["roles"] = string.Join(",", roles.Order(StringComparer.Ordinal));
        }
        if (settings.OfferTimeout is { } timeout)
        {
            flags["offer_timeout"] = DurationText.Of(timeout);
        }
        return flags.Select(flag => (flag.Key, flag.Value)).ToList();
    }
}
