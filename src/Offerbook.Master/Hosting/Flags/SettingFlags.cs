using Mesos.V1;
using Offerbook.Master.Allocation;
using Offerbook.Master.Authorization;
using Offerbook.Wire.Json;
using static Offerbook.Master.Hosting.Flags.MasterFlagValues;
using static Offerbook.Wire.Flags.FlagValues;

namespace Offerbook.Master.Hosting.Flags;

/// <summary>Flags that the core's settings follow: allocation, agents, the registry, histories.</summary>
internal static class SettingFlags
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(1);

    public static IReadOnlyList<MasterFlag> All { get; } =
    [
        Setting("acls", "Rules about what is not the master's are taken and mean nothing here. See security.md",
            (text, settings) => settings with { Authorizer = AclsText.Parse(text) }, settings => settings.Authorizer.Text),
        Setting("agent_ping_timeout", "The original allows 1secs to 15mins",
            (text, settings) => settings with { AgentPingInterval = Duration(text, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(15)) },
            settings => Of(settings.AgentPingInterval)) with { OldName = "slave_ping_timeout" },
        Setting("agent_removal_rate_limit", "", (text, settings) => settings with { AgentRemovalRateLimit = Rate(text) },
            settings =>
                settings.AgentRemovalRateLimit is { } rate
                    ? $"{rate.Count}/{Of(rate.Per)}" : null) with { OldName = "slave_removal_rate_limit" },
        Setting("agent_reregister_timeout", "The original wants at least 10mins; here shorter ones are taken",
            (text, settings) => settings with { AgentReregisterTimeout = Duration(text, s_tick) }, settings =>
                Of(settings.AgentReregisterTimeout)) with { OldName = "slave_reregister_timeout" },
        Setting("allocation_interval", "There is no periodic run: changes that come within this time are served by one run. Default 2ms",
            (text, settings) =>
                settings with { AllocationBatchInterval = Duration(text, TimeSpan.Zero, TimeSpan.FromMinutes(1)) }, settings =>
                    Of(settings.AllocationBatchInterval)),
        Setting("allocator_agent_recovery_factor", "", (text, settings) => settings with { AllocatorAgentRecoveryFactor = Share(text) },
            settings => Of(settings.AllocatorAgentRecoveryFactor)),
        Setting("allocator_recovery_timeout", "", (text, settings) => settings with { AllocatorRecoveryTimeout = Duration(text, s_tick) },
            settings => Of(settings.AllocatorRecoveryTimeout)),
        Setting("cluster", "", (text, settings) => settings with { ClusterName = text }, settings => settings.ClusterName),
        Setting("domain", "", (text, settings) => settings with { Domain = ParseDomain(text) }, settings => settings.Domain is { } domain
            ? MesosJson.ToText(domain) : null),
        Allocation("fair_sharing_excluded_resource_names", "",
            (text, allocator) => allocator with { FairSharingExcludedResources = List(text) },
            allocator =>
                allocator.FairSharingExcludedResources.Count > 0 ? string.Join(',', allocator.FairSharingExcludedResources) : null),
        Allocation("filter_gpu_resources", "", (text, allocator) => allocator with { FilterGpuResources = Switch(text) },
            allocator => Of(allocator.FilterGpuResources)) with { IsSwitch = true },
        Allocation("framework_sorter", "drf or random", (text, allocator) => allocator with { FrameworkSorter = Sorter(text) },
            allocator => Name(allocator.FrameworkSorter)),
        Setting("max_agent_ping_timeouts", "", (text, settings) => settings with { MaxAgentPingTimeouts = Count(text, 1, 1_000_000) },
            settings => Of(settings.MaxAgentPingTimeouts)) with { OldName = "max_slave_ping_timeouts" },
        Setting("max_completed_frameworks", "", (text, settings) => settings with { MaxCompletedFrameworks = Count(text, 0, 100_000) },
            settings => Of(settings.MaxCompletedFrameworks)),
        Setting("max_completed_tasks_per_framework", "",
            (text, settings) => settings with { MaxCompletedTasksPerFramework = Count(text, 0, 1_000_000) }, settings =>
                Of(settings.MaxCompletedTasksPerFramework)),
        Setting("max_operator_event_stream_subscribers", "",
            (text, settings) => settings with { MaxOperatorEventStreamSubscribers = Count(text, 1, 100_000) }, settings =>
                Of(settings.MaxOperatorEventStreamSubscribers)),
        Setting("max_unreachable_tasks_per_framework", "",
            (text, settings) => settings with { MaxUnreachableTasksPerFramework = Count(text, 0, 1_000_000) }, settings =>
                Of(settings.MaxUnreachableTasksPerFramework)),
        Allocation("min_allocatable_resources", "", (text, allocator) => allocator with { MinAllocatable = Quantities(text) },
            allocator => MasterFlagValues.Of(allocator.MinAllocatable)),
        Setting("offer_constraints_re2_max_mem", "Bounds the text of a pattern; the engine is another one",
            (text, settings) => settings with { OfferConstraintLimits = settings.OfferConstraintLimits with { MaxBytes = Bytes(text) } },
            settings => OfBytes(settings.OfferConstraintLimits.MaxBytes)),
        Setting("offer_constraints_re2_max_program_size", "Bounds the pattern with its counted repetitions written out",
            (text, settings) =>
                settings with { OfferConstraintLimits = settings.OfferConstraintLimits with { MaxSize = Count(text, 1, 1_000_000) } },
                settings => Of(settings.OfferConstraintLimits.MaxSize)),
        Setting("offer_timeout", "", (text, settings) => settings with { OfferTimeout = Duration(text, s_tick) },
            settings => settings.OfferTimeout is { } timeout ? Of(timeout) : null),
        Setting("publish_per_framework_metrics", "", (text, settings) => settings with { PublishPerFrameworkMetrics = Switch(text) },
            settings => Of(settings.PublishPerFrameworkMetrics)) with { IsSwitch = true },
        Setting("recovery_agent_removal_limit",
            "Beyond the limit no agent is removed until enough have returned; the original's master gives up leadership",
            (text, settings) => settings with { RecoveryAgentRemovalLimit = Percent(text) }, settings =>
                Of(settings.RecoveryAgentRemovalLimit * 100) + "%") with { OldName = "recovery_slave_removal_limit" },
        Setting("registry_gc_interval", "", (text, settings) => settings with { RegistryGcInterval = Duration(text, s_tick) },
            settings => Of(settings.RegistryGcInterval)),
        Setting("registry_max_agent_age", "", (text, settings) => settings with { MaxLostAgentAge = Duration(text, s_tick) },
            settings => Of(settings.MaxLostAgentAge)),
        Setting("registry_max_agent_count", "", (text, settings) => settings with { MaxLostAgents = Count(text, 0, 10_000_000) },
            settings => Of(settings.MaxLostAgents)),
        Allocation("role_sorter", "drf or random", (text, allocator) => allocator with { RoleSorter = Sorter(text) },
            allocator => Name(allocator.RoleSorter)) with { OldName = "user_sorter" },
        Setting("roles", "", (text, settings) => settings with { Roles = List(text).ToHashSet(StringComparer.Ordinal) },
            settings => settings.Roles is { } roles ? string.Join(',', roles.Order(StringComparer.Ordinal)) : null),
        Setting("root_submissions", "", (text, settings) => settings with { RootSubmissions = Switch(text) },
            settings => Of(settings.RootSubmissions)) with { IsSwitch = true },
    ];

    private static MasterFlag Setting(string name, string note, Func<string, MasterSettings, MasterSettings> apply,
        Func<MasterSettings, string?> show) =>
        new(name, FlagSupport.Supported, note) { Apply = (text, options) => options with { Settings = apply(text, options.Settings) },
            Show = options => show(options.Settings) };

    private static MasterFlag Allocation(string name, string note, Func<string, AllocatorSettings, AllocatorSettings> apply,
        Func<AllocatorSettings, string?> show) =>
        Setting(name, note, (text, settings) => settings with { Allocator = apply(text, settings.Allocator) },
            settings => show(settings.Allocator));

    private static SorterKind Sorter(string text) => text switch
    {
        "drf" => SorterKind.Drf,
        "random" => SorterKind.Random,
        _ => throw new FormatException($"expecting drf or random, not '{text}'"),
    };

    private static string Name(SorterKind sorter) => sorter == SorterKind.Drf ? "drf" : "random";

    private static DomainInfo ParseDomain(string text) =>
        !MesosJson.Read<DomainInfo>(text).TryGet(out var domain, out var error) ? throw new FormatException(error.Detail)
        : domain.FaultDomain is null ? throw new FormatException("`domain` must define `fault_domain`")
        : domain;
}
