using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Cgroups;
using Offerbook.Wire.Flags;
using static Offerbook.Wire.Flags.FlagValues;
using AgentFlag = Offerbook.Wire.Flags.Flag<Offerbook.Agent.AgentOptions>;

namespace Offerbook.Agent.Hosting.Flags;

/// <summary>Flags about how process containers are kept apart, and what they may write.</summary>
internal static class IsolationFlags
{
    private const int MostPids = 1 << 22;
    private const int MostLogs = 1_000;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    public static IReadOnlyList<AgentFlag> All { get; } =
    [
        Flag("isolation", "Default: control groups as far as they are there; what is named must be there", (text, isolation) =>
        {
            IsolationNames.Parse(text);
            return isolation with { Isolation = text };
        }, isolation => isolation.Isolation),
        Flag("cgroups_root", "Default offerbook", (text, isolation) => isolation with { CgroupsRoot = Name(text) },
            isolation => isolation.CgroupsRoot),
        Flag("cgroups_enable_cfs", "", (text, isolation) => isolation with { EnableCfs = Switch(text) },
            isolation => Of(isolation.EnableCfs)) with { IsSwitch = true },
        Flag("enforce_container_disk_quota", "", (text, isolation) => isolation with { EnforceDiskQuota = Switch(text) },
            isolation => Of(isolation.EnforceDiskQuota)) with { IsSwitch = true },
        Flag("container_disk_watch_interval", "", (text, isolation) => isolation with { DiskWatchInterval = Duration(text, Tick) },
            isolation => Of(isolation.DiskWatchInterval)),
        Flag("bounding_capabilities", "Names with commas between, or all; default: as Docker's containers", (text, isolation) =>
        {
            CapabilityNames.Parse(text);
            return isolation with { BoundingCapabilities = text };
        }, isolation => isolation.BoundingCapabilities),
        Flag("no_new_privileges", "Programs of tasks cannot gain rights by setuid; default true",
            (text, isolation) => isolation with { NoNewPrivileges = Switch(text) }, isolation =>
                Of(isolation.NoNewPrivileges)) with { IsOwn = true, IsSwitch = true },
        Flag("pids_limit", "Processes and threads in a container; 0: no limit",
            (text, isolation) => isolation with { PidsLimit = Count(text, 0, MostPids) }, isolation =>
                Of(isolation.PidsLimit)) with { IsOwn = true },
        Flag("max_log_size", "Size at which stdout and stderr are rotated; 0B: never",
            (text, isolation) => isolation with { MaxLogBytes = ByteSizes.Parse(text, 0) }, isolation =>
                ByteSizes.Of(isolation.MaxLogBytes)) with { IsOwn = true },
        Flag("rotated_logs", "Rotated files that are kept of each",
            (text, isolation) => isolation with { RotatedLogs = Count(text, 0, MostLogs) }, isolation =>
                Of(isolation.RotatedLogs)) with { IsOwn = true },
    ];

    private static string Name(string text) =>
        text.Length > 0 && !text.StartsWith('/') && !text.Split('/').Contains("..")
            && !text.Any(c => char.IsWhiteSpace(c) || c is '*' or '?' or '[')
        ? text
        : throw new FormatException($"'{text}' must be a path below the mount points of control groups, such as offerbook");

    private static AgentFlag Flag(string name, string note, Func<string, IsolationOptions, IsolationOptions> apply,
        Func<IsolationOptions, string?> show) =>
        new(name, FlagSupport.Supported, note) { Apply = (text, options) => options with { Isolation = apply(text, options.Isolation) },
            Show = options => show(options.Isolation) };
}
