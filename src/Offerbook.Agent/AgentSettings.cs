using Mesos.V1;
using Offerbook.Agent.Registration;
using Offerbook.Resources;
using Offerbook.Storage.Formats;

namespace Offerbook.Agent;

/// <summary>
/// What an agent's core is told about its machine, and its timings. The defaults are those of mesos-semantics section 10.
/// </summary>
/// <param name="Info">Hostname, port, resources (unreserved or statically reserved, post-refinement form) and attributes; no id.</param>
/// <param name="IpAddress">Reported as the address of containers, which share the host's network.</param>
/// <param name="BootId">Changes when the machine restarts (/proc/sys/kernel/random/boot_id).</param>
public sealed record AgentSettings(AgentInfo Info, string IpAddress, string BootId)
{
    /// <summary>The version that the agent registers with.</summary>
    public string Version { get; init; } = "1.12.0";

    /// <summary>What may be read and written in the journal.</summary>
    public FormatSupport Format { get; init; } = FormatSupport.OfThisBuild;

    /// <summary>The name of the core's events in the journal.</summary>
    public string PersistenceId { get; init; } = "agent";

    /// <summary>The first wait before registering is random in [0, factor); it doubles with every failure. Default 1 s.</summary>
    public TimeSpan RegistrationBackoffFactor { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Default 1 min.</summary>
    public TimeSpan RegistrationBackoffMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the master may take to answer SUBSCRIBE. Default 15 s.</summary>
    public TimeSpan SubscribeTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>An update that is not acknowledged is sent again after this, then after twice as long, and so on. Default 10 s.</summary>
    public TimeSpan UpdateRetryMin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Default 10 min.</summary>
    public TimeSpan UpdateRetryMax { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Between SIGTERM and SIGKILL when neither the kill nor the task says. Default 3 s.</summary>
    public TimeSpan DefaultKillGrace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// SIGKILL is sent again after this if the container has still not ended (a process in an uninterruptible wait). Default 10 s.
    /// </summary>
    public TimeSpan KillRetry { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A snapshot is taken after so many events. Default 5,000: about 0.7 s of work to replay at most.</summary>
    public int SnapshotEvery { get; init; } = 5_000;

    /// <summary>
    /// Tasks that the agent holds at once, ended but unacknowledged ones included; a launch beyond it is refused. Default 10,000.
    /// </summary>
    public int MaxTasks { get; init; } = 10_000;

    /// <summary>Operations that the agent holds at once: under way, or their end not acknowledged. Default 10,000.</summary>
    public int MaxOperations { get; init; } = 10_000;

    /// <summary>
    /// Containers of operators, sessions included, that the agent holds at once; a launch beyond it is refused. Default 1,000.
    /// </summary>
    public int MaxOperatorContainers { get; init; } = 1_000;

    /// <summary>
    /// Ended containers of operators that are remembered until somebody removes them; the oldest go first. Default 1,000.
    /// </summary>
    public int MaxEndedOperatorContainers { get; init; } = 1_000;

    /// <summary>How the configuration may differ from that of the agent's last life. Default: in any way.</summary>
    public ReconfigurationPolicy Reconfiguration { get; init; } = ReconfigurationPolicy.Any;

    /// <summary>
    /// Resources to be offered as revocable on top of the agent's own; what is not revocable in it is left out. Default: none.
    /// </summary>
    public ResourceBag Oversubscribed { get; init; } = ResourceBag.Empty;

    /// <summary>Finished tasks that are remembered for each framework; the oldest go first. Default 200.</summary>
    public int MaxFinishedPerFramework { get; init; } = 200;

    /// <summary>How long an executor may take from its launch to its first SUBSCRIBE. Default 1 min.</summary>
    public TimeSpan ExecutorRegistrationTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long an executor may take to subscribe anew after the agent was restarted. Default 2 s, at most 15 s.</summary>
    public TimeSpan ExecutorReregistrationTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Between SHUTDOWN and the end of an executor that does not say itself. Default 5 s.</summary>
    public TimeSpan ExecutorShutdownGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// An executor that has lost its agent tries for so long to find it again; one that has lost its stream is ended after it. Default 15
    /// min.
    /// </summary>
    public TimeSpan RecoveryTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Between HEARTBEAT events to an executor. Default 30 min.</summary>
    public TimeSpan ExecutorHeartbeat { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Do not register: the agent was started to end what runs. Default: no.</summary>
    public bool CleansUp { get; init; }

    /// <summary>With which the tokens of executors are signed; null: executors are not authenticated.</summary>
    public ReadOnlyMemory<byte>? ExecutorTokenKey { get; init; }

    /// <summary>
    /// Whether tasks and executors run as the user that they, or their frameworks, name; else as the agent's. Default: yes.
    /// </summary>
    public bool SwitchUser { get; init; } = true;

    /// <summary>
    /// Whether processes of the host can be put into the networks of pods, which takes root's rights (CAP_SYS_ADMIN). Default: yes.
    /// </summary>
    public bool MayEnterNetworks { get; init; } = true;

    /// <summary>Variables that every executor and command task is given besides its own; those of API section 4 win over them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ExecutorEnvironment { get; init; } = [];

    /// <summary>Finished executors that are remembered for each framework; the oldest go first. Default 150.</summary>
    public int MaxFinishedExecutorsPerFramework { get; init; } = 150;

    /// <summary>Frameworks without a live task whose finished tasks are remembered. Default 50.</summary>
    public int MaxFinishedFrameworks { get; init; } = 50;

    /// <summary>A finished task and its sandbox are forgotten after this at the latest (gc_delay). Default one week.</summary>
    public TimeSpan SandboxMaxAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// The share of the disk to be kept free (gc_disk_headroom): the fuller the disk, the earlier sandboxes go, namely after
    /// <see cref="SandboxMaxAge"/> × max(0, 1 − headroom − used share). 0 to 1, default 0.1.
    /// </summary>
    public double SandboxDiskHeadroom { get; init; } = 0.1;

    /// <summary>
    /// Bytes that the sandboxes of finished tasks may hold together; the oldest go first. Default: no bound but the disk.
    /// </summary>
    public long? MaxFinishedBytes { get; init; }

    /// <summary>
    /// Sandboxes whose tasks and executors are not remembered any more (gc_max_sandboxes): beyond it the oldest go, however young. A
    /// snapshot
    /// holds each in some 150 bytes. Default 10,000.
    /// </summary>
    public int MaxRetainedSandboxes { get; init; } = 10_000;

    /// <summary>How often the disk and the age of sandboxes are looked at (disk_watch_interval). Default 1 min.</summary>
    public TimeSpan SandboxReviewInterval { get; init; } = TimeSpan.FromMinutes(1);
}
