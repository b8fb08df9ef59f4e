using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Pods;

/// <summary>
/// A complete pod: containers that are launched together on one agent, share its network and their volumes, and end together.
/// </summary>
public sealed record PodDefinition : RunSpec
{
    /// <summary>What the agent's own executor is charged with beside the containers, unless the pod says otherwise.</summary>
    public static ExecutorResources DefaultExecutorResources { get; } = new(Quantity.Of(0.1), Quantity.Of(32), Quantity.Of(10));

    /// <summary>At least one; names are unique.</summary>
    public ValueList<PodContainer> Containers { get; init; } = [];

    public ValueList<PodVolume> Volumes { get; init; } = [];

    /// <summary>Only its <see cref="LinuxInfo.IpcInfo"/> counts for the pod as a whole.</summary>
    public LinuxInfo? LinuxInfo { get; init; }

    /// <summary>All containers in one control group, as before there were limits; null and false: each in its own.</summary>
    public bool? LegacySharedCgroups { get; init; }

    public ExecutorResources EffectiveExecutorResources => ExecutorResources ?? DefaultExecutorResources;

    public override int Gpus => Containers.Sum(container => container.Resources.Gpus);

    /// <summary>The volumes are the executor's; containers mount them from its sandbox, so their path is their name.</summary>
    public override IEnumerable<VolumeClaim> VolumeClaims => Volumes.OfType<PodVolume.Persistent>()
        .Select(volume => new VolumeClaim(volume.Name, volume.Name, volume.Info, VolumeMode.ReadWrite));

    /// <summary>All endpoints, container by container: the order of a placement's host ports.</summary>
    public IEnumerable<(PodContainer Container, PodEndpoint Endpoint)> Endpoints =>
        Containers.SelectMany(container => container.Endpoints.Select(endpoint => (container, endpoint)));

    public PodContainer? Find(string container) => Containers.FirstOrDefault(candidate => candidate.Name == container);

    public PodVolume? FindVolume(string name) => Volumes.FirstOrDefault(volume => volume.Name == name);
}
