using Offerbook.Master.Allocation;
using Offerbook.Storage.Formats;

namespace Offerbook.Master;

/// <summary>What a master is told at its start and does not change. Durations must be positive.</summary>
public sealed record MasterSettings
{
    /// <summary>
    /// The version that clients are told: that of the Mesos API spoken here, because schedulers compare it with what they need.
    /// </summary>
    public const string ApiVersion = "1.12.0";

    public static MasterSettings Default { get; } = new();

    /// <summary>Of this term, as its node in the election says. Null: the core draws one.</summary>
    public string? Id { get; init; }

    /// <summary>When the process began, which may be long before it led; null: with the term.</summary>
    public DateTimeOffset? ProcessStarted { get; init; }

    /// <summary>Where clients reach this master; goes into MasterInfo, pids and redirects.</summary>
    public string Hostname { get; init; } = "127.0.0.1";

    /// <summary>IPv4 in dotted form.</summary>
    public string Ip { get; init; } = "127.0.0.1";

    public int Port { get; init; } = 5050;

    /// <summary>Shown in /state and metrics pages; null when the cluster has no name.</summary>
    public string? ClusterName { get; init; }

    /// <summary>A HEARTBEAT goes out on each scheduler stream this often, the first right after SUBSCRIBED.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Operators who subscribe to events within this time share one snapshot.</summary>
    public TimeSpan OperatorStreamBatchInterval { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Operators who may follow events at once; one more closes the oldest stream.</summary>
    public int MaxOperatorEventStreamSubscribers { get; init; } = 1000;

    public TimeSpan AgentPingInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>An agent that has not been heard for this many ping intervals is unreachable: 5 × 15 s = 75 s.</summary>
    public int MaxAgentPingTimeouts { get; init; } = 5;

    /// <summary>How long agents known from the journal may take to return after a start of the master.</summary>
    public TimeSpan AgentReregisterTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a framework may take to find a new master that was to be removed meanwhile.</summary>
    public TimeSpan FrameworkReturnTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Agents, frameworks and freed resources that arrive within this time are served by one allocation.</summary>
    public TimeSpan AllocationBatchInterval { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>An offer that nobody answers is rescinded after this time; null, the default, leaves it out for ever.</summary>
    public TimeSpan? OfferTimeout { get; init; }

    /// <summary>The roles that frameworks may subscribe to, beside <c>*</c>; null, the default, allows any.</summary>
    public IReadOnlySet<string>? Roles { get; init; }

    /// <summary>Who may do what.</summary>
    public Authorization.Authorizer Authorizer { get; init; } = Authorization.Authorizer.Unrestricted;

    /// <summary>Whether frameworks may run as root.</summary>
    public bool RootSubmissions { get; init; } = true;

    /// <summary>How large the patterns in offer constraints may be.</summary>
    public Frameworks.Constraints.PatternLimits OfferConstraintLimits { get; init; } = new();

    /// <summary>
    /// How long an agent may take to end the tasks and executors of a removed framework. Until it says that they are gone their
    /// resources are not offered; after this time they are.
    /// </summary>
    public TimeSpan FrameworkShutdownTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Removed frameworks that are remembered, newest first; their ids cannot subscribe again.</summary>
    public int MaxCompletedFrameworks { get; init; } = 50;

    public int MaxCompletedTasksPerFramework { get; init; } = 1000;

    public int MaxUnreachableTasksPerFramework { get; init; } = 1000;

    /// <summary>
    /// What the completed tasks of a framework, and its unreachable ones, may take each, as messages: 1,000 tasks of 16 KiB. Tasks
    /// usually have one or two; without a bound a framework's labels alone could take all memory.
    /// </summary>
    public long MaxTaskHistoryBytes { get; init; } = 16L << 20;

    /// <summary>Unreachable and gone agents that are remembered, oldest forgotten first.</summary>
    public int MaxLostAgents { get; init; } = 102_400;

    /// <summary>Unreachable and gone agents are forgotten when they have been so for longer than this.</summary>
    public TimeSpan MaxLostAgentAge { get; init; } = TimeSpan.FromDays(14);

    /// <summary>How often lost agents are looked through for ones to forget.</summary>
    public TimeSpan RegistryGcInterval { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How many agents may be marked unreachable in a time, by missed pings or because they did not return after a start of the
    /// master; others wait, and a pong ends the wait. Null, the default: as many as there are.
    /// </summary>
    public RemovalRate? AgentRemovalRateLimit { get; init; }

    /// <summary>
    /// The largest share (0 to 1) of the agents known from the journal that may be marked unreachable because they did not return
    /// after a start of the master. When more are missing none is, until enough have returned or an operator acts. The default
    /// 1 sets no limit.
    /// </summary>
    public double RecoveryAgentRemovalLimit { get; init; } = 1;

    /// <summary>
    /// With a quota in force nothing is allocated after a start of the master until this share of the agents known from the
    /// journal has returned, or <see cref="AllocatorRecoveryTimeout"/> is over: quotas cannot be kept while most agents are missing.
    /// </summary>
    public double AllocatorAgentRecoveryFactor { get; init; } = 0.8;

    public TimeSpan AllocatorRecoveryTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Where this master is. Agents of another region are offered to frameworks with REGION_AWARE only. Null: nowhere in particular.
    /// </summary>
    public Mesos.V1.DomainInfo? Domain { get; init; }

    /// <summary>What /flags shows: every flag that has a value, sorted by name. Null: made from these settings.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? EffectiveFlags { get; init; }

    /// <summary>A turn of the core that takes longer is counted and logged: others wait meanwhile.</summary>
    public TimeSpan SlowTurn { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Some 80 metrics for each framework. With thousands of them the answer grows by tens of megabytes.</summary>
    public bool PublishPerFrameworkMetrics { get; init; } = true;

    /// <summary>Operations on one agent that are under way or whose end is not acknowledged; more are refused.</summary>
    public int MaxOperationsPerAgent { get; init; } = 10_000;

    /// <summary>
    /// The registry is snapshotted after this many events, or as many as there are agents, so that a start replays no more than that.
    /// </summary>
    public int SnapshotInterval { get; init; } = 1000;

    public AllocatorSettings Allocator { get; init; } = new();

    /// <summary>What may be read and written in the journal.</summary>
    public FormatSupport Format { get; init; } = FormatSupport.OfThisBuild;

    public TimeSpan AgentTimeout => AgentPingInterval * MaxAgentPingTimeouts;
}

/// <summary>A number of removals in a time, such as 1 in 10 minutes. Both positive.</summary>
public sealed record RemovalRate(int Count, TimeSpan Per);
