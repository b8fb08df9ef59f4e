namespace Offerbook.Master.Hosting.Flags;

/// <summary>Flags of the original that have no effect here, or cannot be had.</summary>
internal static class OtherFlags
{
    public static IReadOnlyList<MasterFlag> All { get; } =
    [
        Ignored("authentication_v0_timeout", "There is no v0 driver to authenticate"),
        Ignored("hostname_lookup", "Names are not looked up: give `--hostname`", isSwitch: true),
        Ignored("initialize_driver_logging", "There are no drivers", isSwitch: true),
        Ignored("log_auto_initialize", "The journal needs no initialization", isSwitch: true),
        Ignored("logbufsecs", "The log is written as fast as the disk takes it"),
        Ignored("memory_profiling", "There is no jemalloc; use dotnet-counters and dotnet-gcdump", isSwitch: true),
        Ignored("quorum", "The journal is not replicated over masters"),
        Ignored("registry", "The registry is always in the journal below `--work_dir`"),
        Ignored("registry_fetch_timeout", "Reading the journal takes as long as it takes"),
        Ignored("registry_store_timeout", "A journal that cannot be written ends the master at once"),
        Ignored("registry_strict", "What the registry says always holds", isSwitch: true),
        Ignored("version", "`offerbook --version` tells it", isSwitch: true),
        Ignored("webui_dir", "The web pages are part of the program"),
        Ignored("zk_session_timeout", "Has a meaning with `--zk` only"),
        Refused("acls", "Authorization is not there yet: who is let in may do everything. Without this flag everything is permitted"),
        Refused("allocator", "The allocator is hierarchical and cannot be replaced", accepted: ["hierarchical"]),
        Refused("authenticate_frameworks", "There is no v0 driver to authenticate; use `--authenticate_http_frameworks`", accepted: ["false"]) with { OldName = "authenticate", IsSwitch = true },
        Refused("authenticators", "They are for the v0 driver; use `--http_authenticators` and `--http_framework_authenticators`", accepted: ["crammd5"]),
        Refused("authorizers", "Authorization is not there yet", accepted: ["local"]),
        Refused("firewall_rules", "Endpoints cannot be switched off one by one; put a proxy in front, or guard the realms"),
        Refused("hooks", "There are no modules"),
        Refused("ip_discovery_command", "No command is run for it; give `--ip`"),
        Refused("master_contender", "There are no modules"),
        Refused("master_detector", "There are no modules"),
        Refused("max_executors_per_agent", "Executors are not counted") with { OldName = "max_executors_per_slave" },
        Refused("modules", "There are no modules: code of others is not loaded"),
        Refused("modules_dir", "There are no modules: code of others is not loaded"),
        Refused("require_agent_domain", "Agents without a domain are taken", accepted: ["false"]) with { IsSwitch = true },
        Refused("zk", "Election through ZooKeeper is not there yet: run one master"),
    ];

    private static MasterFlag Ignored(string name, string why, bool isSwitch = false) => new(name, FlagSupport.Ignored, why) { IsSwitch = isSwitch };

    /// <param name="accepted">Values that ask for what is so anyhow.</param>
    private static MasterFlag Refused(string name, string why, params string[] accepted) => new(name, FlagSupport.NotSupported, why)
    {
        Apply = (text, options) => accepted.Contains(text) ? options : throw new FormatException("not supported: " + char.ToLowerInvariant(why[0]) + why[1..].Replace("`", "")),
        Show = accepted.Length > 0 ? _ => accepted[0] : null,
    };
}
