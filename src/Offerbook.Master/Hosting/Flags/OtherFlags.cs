namespace Offerbook.Master.Hosting.Flags;

/// <summary>Flags of the original that have no effect here, or cannot be had.</summary>
internal static class OtherFlags
{
    public static IReadOnlyList<MasterFlag> All { get; } =
    [
        MasterFlag.Ignored("authentication_v0_timeout", "There is no v0 driver to authenticate"),
        MasterFlag.Ignored("hostname_lookup", "Names are not looked up: give `--hostname`", isSwitch: true),
        MasterFlag.Ignored("initialize_driver_logging", "There are no drivers", isSwitch: true),
        MasterFlag.Ignored("log_auto_initialize", "The journal needs no initialization", isSwitch: true),
        MasterFlag.Ignored("logbufsecs", "The log is written as fast as the disk takes it"),
        MasterFlag.Ignored("memory_profiling", "There is no jemalloc; use dotnet-counters and dotnet-gcdump", isSwitch: true),
        MasterFlag.Ignored("registry", "The registry is in the journal, which `--store` names"),
        MasterFlag.Ignored("registry_fetch_timeout", "Reading the journal takes as long as it takes"),
        MasterFlag.Ignored("registry_store_timeout", "A term ends when its journal cannot be written; see several-masters.md"),
        MasterFlag.Ignored("registry_strict", "What the registry says always holds", isSwitch: true),
        MasterFlag.Ignored("version", "`offerbook --version` tells it", isSwitch: true),
        MasterFlag.Ignored("webui_dir", "The web pages are part of the program"),
        MasterFlag.Refused("allocator", "The allocator is hierarchical and cannot be replaced", "hierarchical"),
        MasterFlag.Refused("authenticate_frameworks", "There is no v0 driver to authenticate; use `--authenticate_http_frameworks`",
            "false") with { OldName = "authenticate", IsSwitch = true },
        MasterFlag.Refused("authenticators",
            "They are for the v0 driver; use `--http_authenticators` and `--http_framework_authenticators`", "crammd5"),
        MasterFlag.Refused("authorizers", "There are no modules: the rules of `--acls` are the authorizer", "local"),
        MasterFlag.Refused("firewall_rules", "Endpoints cannot be switched off one by one; put a proxy in front, or guard the realms"),
        MasterFlag.Refused("hooks", "There are no modules"),
        MasterFlag.Refused("ip_discovery_command", "No command is run for it; give `--ip`"),
        MasterFlag.Refused("master_contender", "There are no modules"),
        MasterFlag.Refused("master_detector", "There are no modules"),
        MasterFlag.Refused("max_executors_per_agent", "Executors are not counted") with { OldName = "max_executors_per_slave" },
        MasterFlag.Refused("modules", "There are no modules: code of others is not loaded"),
        MasterFlag.Refused("modules_dir", "There are no modules: code of others is not loaded"),
        MasterFlag.Refused("require_agent_domain", "Agents without a domain are taken", "false") with { IsSwitch = true },
    ];
}
