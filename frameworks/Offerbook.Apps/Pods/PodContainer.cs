using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Pods;

/// <summary>One container of a pod: one task.</summary>
/// <param name="Exec">Null: the entry point of the image.</param>
/// <param name="KillGracePeriodSeconds">Between SIGTERM and SIGKILL; null is as the agent has it.</param>
public sealed record PodContainer(
    string Name,
    PodExec? Exec,
    InstanceResources Resources,
    ResourceLimits? ResourceLimits,
    ValueList<PodEndpoint> Endpoints,
    LinuxInfo? LinuxInfo,
    PodImage? Image,
    ValueMap<EnvValue> Environment,
    string? User,
    PodHealthCheck? HealthCheck,
    PodTaskCheck? Check,
    ValueList<VolumeMount> VolumeMounts,
    ValueList<Artifact> Artifacts,
    ValueMap<string> Labels,
    double? KillGracePeriodSeconds,
    bool? Tty)
{
    public static PodContainer Named(string name) => new(name, null, InstanceResources.Default, null, [], null, null,
        ValueMap<EnvValue>.Empty, null, null, null, [], [], ValueMap<string>.Empty, null, null);
}

/// <summary>A command: shell text or an argument vector.</summary>
public abstract record PodCommand
{
    private PodCommand()
    {
    }

    public sealed record Shell(string Text) : PodCommand;

    public sealed record Argv(ValueList<string> Arguments) : PodCommand;
}

/// <param name="OverrideEntrypoint">The command takes the place of the image's entry point; null as the agent has it.</param>
public sealed record PodExec(PodCommand Command, bool? OverrideEntrypoint);

/// <param name="PullSecret">Name of the secret with the registry's credentials.</param>
public sealed record PodImage(string Id, string? PullSecret, bool? ForcePull, ValueMap<string> Labels);

/// <summary>A port that a container listens on.</summary>
/// <param name="ContainerPort">Null with host networking; 0 takes the number of the host port.</param>
/// <param name="HostPort">0 takes any offered one; null maps none.</param>
/// <param name="Protocols">As written; none means tcp.</param>
/// <param name="NetworkNames">The networks it is for; none means all.</param>
public sealed record PodEndpoint(
    string Name,
    int? ContainerPort,
    int? HostPort,
    ValueList<string> Protocols,
    ValueMap<string> Labels,
    ValueList<string> NetworkNames);

/// <param name="ReadOnly">As written; null is false.</param>
public sealed record VolumeMount(string Name, string MountPath, bool? ReadOnly);

/// <summary>What is asked: of an endpoint of the same container, or by a command inside it.</summary>
public abstract record PodProbe
{
    private PodProbe()
    {
    }

    public sealed record Http(string Endpoint, string? Path, HttpScheme Scheme) : PodProbe;

    public sealed record Tcp(string Endpoint) : PodProbe;

    public sealed record Exec(PodCommand Command) : PodProbe;
}

/// <summary>Made by the agent; a container that fails it is killed, and its pod with it.</summary>
public sealed record PodHealthCheck(
    PodProbe Probe,
    int GracePeriodSeconds,
    int IntervalSeconds,
    int MaxConsecutiveFailures,
    int TimeoutSeconds,
    int DelaySeconds);

/// <summary>Made by the agent; its result is shown and nothing more.</summary>
public sealed record PodTaskCheck(PodProbe Probe, int IntervalSeconds, int TimeoutSeconds, int DelaySeconds);
