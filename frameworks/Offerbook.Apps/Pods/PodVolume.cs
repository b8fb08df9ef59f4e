using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Pods;

/// <summary>A volume of a pod, which its containers mount by name.</summary>
public abstract record PodVolume
{
    private PodVolume(string name) => Name = name;

    public string Name { get; init; }

    /// <summary>A directory in the pod's sandbox: it goes with the pod.</summary>
    public sealed record Ephemeral(string Name) : PodVolume(Name);

    public sealed record Host(string Name, string HostPath) : PodVolume(Name);

    /// <summary>Disk that outlives the pod: makes it resident.</summary>
    public sealed record Persistent(string Name, PersistentVolumeInfo Info) : PodVolume(Name);

    public sealed record Secret(string Name, string SecretName) : PodVolume(Name);
}
