namespace Offerbook.Agent;

/// <summary>How an agent uses a Docker engine.</summary>
public sealed record DockerOptions
{
    public const string DefaultSocket = "/var/run/docker.sock";

    /// <summary>Where the engine listens, a unix socket. It is not touched before the first container that needs it.</summary>
    public string Socket { get; init; } = DefaultSocket;

    /// <summary>Whether containers are launched at all. If not, those of an earlier agent are still looked after. Default: no.</summary>
    public bool Enabled { get; init; }

    /// <summary>Where containers see their sandbox.</summary>
    public string SandboxDirectory { get; init; } = "/mnt/mesos/sandbox";

    public EngineTimings Timings { get; init; } = new();
}

/// <summary>How long an engine may take. No call is without a bound.</summary>
public sealed record EngineTimings
{
    /// <summary>A call that only asks or signals. Default 20 s: a thousand times what a healthy engine needs.</summary>
    public TimeSpan Call { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A call that makes, starts or removes a container. Default 1 min: disks are slow at times.</summary>
    public TimeSpan Work { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A pull that has made no progress for so long has failed. Default 2 min.</summary>
    public TimeSpan PullStall { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The whole of a pull. Default 30 min.</summary>
    public TimeSpan Pull { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// How often an engine whose events we follow is asked for its containers as well, which also tells whether it hangs. Default 30 s.
    /// </summary>
    public TimeSpan Probe { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The first wait before an engine is tried again; doubles up to <see cref="RetryMax"/>. Default 100 ms.</summary>
    public TimeSpan RetryMin { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Default 5 s.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// After a start of the agent, containers that an engine says nothing about for so long are taken to run on, because the agent
    /// does not register before it knows of every container. Default 10 s.
    /// </summary>
    public TimeSpan RecoveryPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the end of a container is held back until its last output is in the sandbox. Default 5 s.</summary>
    public TimeSpan LastOutput { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the end of a container that was killed, and not by the agent, is held back for the event that says that its memory was
    /// used up: it may come after the end, and nothing else tells then. Default 1 s: it was seen to come 350 ms late on a machine with
    /// six times as much to do as it could.
    /// </summary>
    public TimeSpan LateReason { get; init; } = TimeSpan.FromSeconds(1);
}
