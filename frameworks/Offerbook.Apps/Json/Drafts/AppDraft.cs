using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Drafts;

/// <summary>
/// An app as submitted: well-shaped, but every member may be absent (null) and the deprecated ones are still there. The one form
/// of both a whole app and a partial update; <see cref="AppAssembly"/> makes a definition of it.
/// </summary>
public sealed record AppDraft
{
    public string? Id { get; init; }
    public string? Cmd { get; init; }
    public ValueList<string>? Args { get; init; }
    public string? User { get; init; }
    public ValueMap<EnvValue>? Env { get; init; }
    public int? Instances { get; init; }
    public Quantity? Cpus { get; init; }
    public Quantity? Mem { get; init; }
    public Quantity? Disk { get; init; }
    public int? Gpus { get; init; }
    public ExecutorResources? ExecutorResources { get; init; }
    public ResourceLimits? ResourceLimits { get; init; }
    public string? Executor { get; init; }

    /// <summary>Two or three texts each, if they are right.</summary>
    public ValueList<ValueList<string>>? Constraints { get; init; }

    /// <summary>Two to four texts each, if they are right.</summary>
    public ValueList<ValueList<string>>? Preferences { get; init; }

    public ValueList<Artifact>? Fetch { get; init; }
    public ValueList<PortDefinition>? PortDefinitions { get; init; }
    public bool? RequirePorts { get; init; }
    public int? BackoffSeconds { get; init; }
    public double? BackoffFactor { get; init; }
    public int? MaxLaunchDelaySeconds { get; init; }
    public ContainerDraft? Container { get; init; }
    public ValueList<HealthCheckDraft>? HealthChecks { get; init; }
    public TaskCheck? Check { get; init; }
    public ValueList<ReadinessCheck>? ReadinessChecks { get; init; }
    public int? TaskKillGracePeriodSeconds { get; init; }

    /// <summary>Unresolved: relative to the group in which the app is submitted.</summary>
    public ValueList<string>? Dependencies { get; init; }

    public UpgradeStrategy? UpgradeStrategy { get; init; }
    public ValueMap<string>? Labels { get; init; }
    public ValueList<string>? AcceptedResourceRoles { get; init; }
    public ValueList<Network>? Networks { get; init; }
    public ValueMap<string>? Secrets { get; init; }
    public UnreachableStrategy? UnreachableStrategy { get; init; }
    public KillSelection? KillSelection { get; init; }
    public bool? Tty { get; init; }
    public bool? RunOnce { get; init; }
    public bool? Daemon { get; init; }
    public string? Role { get; init; }
    public DeploymentPolicy? Deployment { get; init; }

    /// <summary>In an update: go back to the definition of that version.</summary>
    public Timestamp? Version { get; init; }

    /// <summary>Deprecated form of <see cref="PortDefinitions"/>.</summary>
    public ValueList<object>? Ports { get; init; }

    /// <summary>Deprecated form of <see cref="Fetch"/>.</summary>
    public ValueList<string>? Uris { get; init; }

    /// <summary>Deprecated form of <see cref="Networks"/> and port mappings.</summary>
    public IpAddressDraft? IpAddress { get; init; }

    /// <summary>Nothing but the id is given, or the version as well.</summary>
    public bool HasOnlyVersion => Equals(new AppDraft { Id = Id, Version = Version });
}

/// <param name="Container">Its port mappings are those of the container itself, not of its docker part.</param>
/// <param name="HasPortMappings">False: absent, which is not the same as an empty list.</param>
/// <param name="DockerNetwork">Deprecated form of the app's networks.</param>
/// <param name="DockerPortMappings">Deprecated place of the port mappings.</param>
/// <param name="HasCredential"><c>docker.credential</c> is refused.</param>
public sealed record ContainerDraft(
    Container Container,
    bool HasPortMappings,
    LegacyDockerNetwork? DockerNetwork,
    ValueList<PortMapping>? DockerPortMappings,
    bool HasCredential);

public enum LegacyDockerNetwork
{
    Bridge,
    Host,
    None,
    User,
}

/// <param name="HasProtocol">False: a command alone makes it a command check.</param>
public sealed record HealthCheckDraft(HealthCheck Check, bool HasProtocol);

/// <param name="Ports">From its discovery part; null when there is none.</param>
public sealed record IpAddressDraft(string? NetworkName, ValueMap<string> Labels, ValueList<PortMapping>? Ports);

/// <summary>A group as submitted. Absent lists keep what is there, present ones replace it.</summary>
public sealed record GroupDraft
{
    public string? Id { get; init; }
    public ValueList<AppDraft>? Apps { get; init; }
    public ValueList<GroupDraft>? Groups { get; init; }
    public ValueList<string>? Dependencies { get; init; }

    /// <summary>Multiply the instances of every app below.</summary>
    public double? ScaleBy { get; init; }

    /// <summary>Go back to the subtree of that version.</summary>
    public Timestamp? Version { get; init; }

    public bool? EnforceRole { get; init; }
}
