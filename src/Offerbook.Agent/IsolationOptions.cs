namespace Offerbook.Agent;

/// <summary>How process containers are kept apart, and what they may write. See docs/operating/isolation.md.</summary>
public sealed record IsolationOptions
{
    /// <summary>
    /// Null: control groups as far as they are there. Else a list in the original's names: <c>cgroups/cpu</c>, <c>cgroups/mem</c>,
    /// <c>cgroups/pids</c>, <c>cgroups/all</c>, <c>posix/cpu</c>, <c>posix/mem</c>, <c>disk/du</c>.
    /// </summary>
    public string? Isolation { get; init; }

    /// <summary>The directory of the agents' control groups. Default <c>offerbook</c>.</summary>
    public string CgroupsRoot { get; init; } = "offerbook";

    /// <summary>Requested processors are a hard limit too. Default: only where a limit is given.</summary>
    public bool EnableCfs { get; init; }

    /// <summary>
    /// Processes and threads in one container; 0: no limit. Default 10,000: far above any sane task, far below what a machine can number.
    /// </summary>
    public int PidsLimit { get; init; } = 10_000;

    /// <summary>A container whose sandbox holds more than its disk resources is ended. Default: it is only shown.</summary>
    public bool EnforceDiskQuota { get; init; }

    /// <summary>Between two looks at the disk usage of one container, at least. Default 15 s.</summary>
    public TimeSpan DiskWatchInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Bytes that <c>stdout</c> and <c>stderr</c> may each reach before they are rotated; 0: never. Default 10 MiB.</summary>
    public long MaxLogBytes { get; init; } = 10 << 20;

    /// <summary>Rotated files that are kept, <c>stdout.1</c> the newest. Default 4, so that both files take at most 100 MiB.</summary>
    public int RotatedLogs { get; init; } = 4;

    /// <summary>Programs cannot gain rights by being executed (setuid). Default: yes.</summary>
    public bool NoNewPrivileges { get; init; } = true;

    /// <summary>
    /// What a task may ever have when it does not say, as <c>chown,kill</c>; <c>all</c>: as the agent. Default: as Docker's containers.
    /// </summary>
    public string BoundingCapabilities { get; init; } =
        "chown,dac_override,fsetid,fowner,mknod,net_raw,setgid,setuid,setfcap,setpcap,net_bind_service,sys_chroot,kill,audit_write";
}
