namespace Offerbook.Agent.Containers;

/// <summary>
/// How a container's process is set up, besides what it may use (<see cref="ContainerLimits"/>). What is null or empty is the agent's own
/// choice.
/// </summary>
public sealed record ProcessSettings
{
    public static readonly ProcessSettings Default = new();

    /// <summary>ContainerInfo.rlimit_info; each kind at most once.</summary>
    public IReadOnlyList<ProcessLimit> Limits { get; init; } = [];

    /// <summary>
    /// Capabilities that the process begins with, by their names in lower case without <c>cap_</c>; null: the agent's default.
    /// </summary>
    public IReadOnlyList<string>? EffectiveCapabilities { get; init; }

    /// <summary>
    /// Capabilities that the process can ever have, named likewise; null: the effective ones if those are given, else the agent's default.
    /// </summary>
    public IReadOnlyList<string>? BoundingCapabilities { get; init; }

    /// <summary>Processes of the host and of other containers cannot be seen from within (linux_info.share_pid_namespace false).</summary>
    public bool OwnProcessNumbers { get; init; }

    /// <summary>Shared memory, semaphores and message queues of its own (linux_info.ipc_mode PRIVATE).</summary>
    public bool OwnIpc { get; init; }

    /// <summary>Size of the <c>/dev/shm</c> that comes with <see cref="OwnIpc"/>; null: the kernel's default, half of the memory.</summary>
    public int? SharedMemoryMegabytes { get; init; }

    /// <summary>A container that joins another is limited and counted by itself all the same (linux_info.share_cgroups false).</summary>
    public bool OwnControlGroup { get; init; }

    /// <summary>The process talks to a terminal instead of files (ContainerInfo.tty_info).</summary>
    public TerminalSize? Terminal { get; init; }

    /// <summary>Permission bits that files made by the process do not get. Default 022 (octal).</summary>
    public int Umask { get; init; } = 0b010_010;
}

/// <summary>A limit of the kernel on each process (setrlimit).</summary>
/// <param name="Name">As prlimit(1) calls it, such as <c>nofile</c>.</param>
/// <param name="Soft">Null: unlimited.</param>
/// <param name="Hard">Null: unlimited.</param>
public sealed record ProcessLimit(string Name, ulong? Soft, ulong? Hard);

public sealed record TerminalSize(int Rows, int Columns);
