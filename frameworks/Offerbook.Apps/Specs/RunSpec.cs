namespace Offerbook.Apps.Specs;

/// <summary>
/// What the framework keeps running in a number of instances: an app (one task for each instance) or a pod (several, together).
/// Both live in one tree, share its ids and are deployed, launched, counted and killed by the same rules. Complete, normalised,
/// immutable; equal by value. Where a member is named after the app alone it means either.
/// </summary>
public abstract record RunSpec
{
    private protected RunSpec()
    {
    }

    public required PathId Id { get; init; }

    public string? User { get; init; }

    public ValueMap<EnvValue> Env { get; init; } = ValueMap<EnvValue>.Empty;

    public int Instances { get; init; } = 1;

    /// <summary>What the executor itself takes, if it is not as usual.</summary>
    public ExecutorResources? ExecutorResources { get; init; }

    public ValueSet<Constraint> Constraints { get; init; } = [];

    /// <summary>Which of the places that the constraints allow are better.</summary>
    public ValueList<Preference> Preferences { get; init; } = [];

    public Backoff Backoff { get; init; } = Backoff.Default;

    public UpgradeStrategy UpgradeStrategy { get; init; } = UpgradeStrategy.Default;

    public ValueMap<string> Labels { get; init; } = ValueMap<string>.Empty;

    /// <summary>Null: as the server's default has it.</summary>
    public ValueSet<string>? AcceptedResourceRoles { get; init; }

    /// <summary>Never empty: host networking unless others are given.</summary>
    public ValueList<Network> Networks { get; init; } = [Network.Host];

    /// <summary>Source of each secret by its name.</summary>
    public ValueMap<string> Secrets { get; init; } = ValueMap<string>.Empty;

    public UnreachableStrategy UnreachableStrategy { get; init; } = UnreachableStrategy.Default;

    public KillSelection KillSelection { get; init; } = KillSelection.YoungestFirst;

    /// <summary>Of the instance as a whole. The containers of a pod have theirs, and there are none here.</summary>
    public ValueSet<HealthCheck> HealthChecks { get; init; } = [];

    /// <summary>Pods have none.</summary>
    public ValueList<ReadinessCheck> ReadinessChecks { get; init; } = [];

    public string Role { get; init; } = "*";

    /// <summary>When its deployments give up and where they pause; null: as the server's defaults have it.</summary>
    public DeploymentPolicy? Deployment { get; init; }

    public VersionInfo VersionInfo { get; init; } = VersionInfo.New(default);

    public Timestamp Version => VersionInfo.Version;

    public bool IsHostNetworking => Networks.All(network => network.Mode == NetworkMode.Host);

    /// <summary>Disk that outlives the tasks: each instance reserves its own and is launched only where that is.</summary>
    public abstract IEnumerable<VolumeClaim> VolumeClaims { get; }

    public bool IsResident => VolumeClaims.Any();

    public abstract int Gpus { get; }

    /// <summary>One instance runs on every agent that suits, and <see cref="Instances"/> is 1, or 0 for nowhere. Only of apps.</summary>
    public virtual bool IsDaemon => false;
}

/// <summary>A persistent volume that every instance needs.</summary>
/// <param name="Name">Names it within the run spec: an app's path in the container, the name of a pod's volume.</param>
/// <param name="ContainerPath">Where the task (for a pod, the executor) finds it.</param>
public sealed record VolumeClaim(string Name, string ContainerPath, PersistentVolumeInfo Info, VolumeMode Mode);
