namespace Offerbook.Apps.Specs;

/// <summary>
/// A complete app: normalised (no deprecated members, every default filled in) and immutable. Equal by value, except that sets
/// ignore their order. Config and scale differences are <see cref="AppDifference"/>'s business.
/// </summary>
public sealed record AppDefinition : RunSpec
{
    /// <summary>Shell text. Not together with <see cref="Args"/>.</summary>
    public string? Cmd { get; init; }

    /// <summary>The executable and its arguments, without a shell; with an image, the arguments of its entry point.</summary>
    public ValueList<string> Args { get; init; } = [];

    public InstanceResources Resources { get; init; } = InstanceResources.Default;

    public ResourceLimits? ResourceLimits { get; init; }

    /// <summary>Empty or <c>//cmd</c> for the command executor, else the path of a custom one.</summary>
    public string Executor { get; init; } = "";

    public ValueList<Artifact> Fetch { get; init; } = [];

    /// <summary>Only with host networking, else empty.</summary>
    public ValueList<PortDefinition> PortDefinitions { get; init; } = [];

    /// <summary>The host ports must be exactly those of <see cref="PortDefinitions"/>.</summary>
    public bool RequirePorts { get; init; }

    public Container? Container { get; init; }

    public TaskCheck? Check { get; init; }

    /// <summary>Between SIGTERM and SIGKILL; null is as the agent has it.</summary>
    public int? TaskKillGracePeriodSeconds { get; init; }

    /// <summary>Apps, or groups for all their apps, that must be deployed before this one.</summary>
    public ValueSet<PathId> Dependencies { get; init; } = [];

    public bool? Tty { get; init; }

    /// <summary>An instance whose task ends well has done its work and is not launched again; one that fails is.</summary>
    public bool RunOnce { get; init; }

    /// <summary>One instance runs on every agent that the constraints allow. Not for apps with persistent volumes.</summary>
    public bool Daemon { get; init; }

    public override bool IsDaemon => Daemon;

    public override int Gpus => Resources.Gpus;

    public override IEnumerable<VolumeClaim> VolumeClaims => PersistentVolumes.Select(volume =>
        new VolumeClaim(volume.ContainerPath, volume.ContainerPath, volume.Info, volume.Mode));

    public IEnumerable<Volume.Persistent> PersistentVolumes => Container?.Volumes.OfType<Volume.Persistent>() ?? [];

    public IEnumerable<Volume.External> ExternalVolumes => Container?.Volumes.OfType<Volume.External>() ?? [];

    /// <summary>With host networking none, whatever the container says.</summary>
    public ValueList<PortMapping> PortMappings => IsHostNetworking ? [] : Container?.PortMappings ?? [];

    /// <summary>In the order of the ports.</summary>
    public IEnumerable<int> ServicePorts =>
        IsHostNetworking ? PortDefinitions.Select(port => port.Port) : PortMappings.Select(mapping => mapping.ServicePort);

    public int PortCount => IsHostNetworking ? PortDefinitions.Count : PortMappings.Count;

    /// <summary>Label <c>MARATHON_SINGLE_INSTANCE_APP=true</c>.</summary>
    public bool IsSingleInstance => Labels.GetValueOrDefault(SingleInstanceLabel) == "true";

    public const string SingleInstanceLabel = "MARATHON_SINGLE_INSTANCE_APP";
}
