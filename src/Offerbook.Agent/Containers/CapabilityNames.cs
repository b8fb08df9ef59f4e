namespace Offerbook.Agent.Containers;

/// <summary>Linux' capabilities by number and by name, without <c>cap_</c> as setpriv(1) calls them.</summary>
internal static class CapabilityNames
{
    private static readonly string[] Names =
    [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable",
        "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot",
        "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease",
        "audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read",
        "perfmon", "bpf", "checkpoint_restore",
    ];

    public static IEnumerable<int> Numbers => Enumerable.Range(0, Names.Length);

    /// <summary>Null for a number that is not known here.</summary>
    public static string? Of(int number) => number >= 0 && number < Names.Length ? Names[number] : null;

    /// <summary>Names with commas between; null for <c>all</c>.</summary>
    /// <exception cref="FormatException">A name is not known.</exception>
    public static IReadOnlySet<string>? Parse(string text)
    {
        if (text.Trim() == "all")
        {
            return null;
        }
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var name = part.ToLowerInvariant();
            name = name.StartsWith("cap_", StringComparison.Ordinal) ? name[4..] : name;
            if (!Names.Contains(name))
            {
                throw new FormatException($"Capability '{part}' in '{text}' is not known; see capabilities(7)");
            }
            found.Add(name);
        }
        return found;
    }
}
