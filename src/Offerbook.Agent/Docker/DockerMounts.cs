using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Operations;
using Offerbook.Resources;
using Source = Mesos.V1.Volume.Types.Source;

namespace Offerbook.Agent.Docker;

/// <summary>What a container from an image sees of the host: its volumes, and the persistent volumes among its resources.</summary>
internal static class DockerMounts
{
    public static IEnumerable<DockerMount> Of(ContainerInfo container, ResourceBag bag) =>
        container.Volumes.Select(Of).Concat(Persistent(bag));

    /// <summary>What is wrong with the volumes, in words that continue "This agent cannot run the task: ".</summary>
    /// <param name="isNested">Whether there is a container around it.</param>
    public static IEnumerable<string> Problems(ContainerInfo container, ResourceBag bag, bool isNested)
    {
        foreach (var volume in container.Volumes)
        {
            foreach (var problem in Problems(volume, isNested))
            {
                yield return problem;
            }
        }
        foreach (var entry in bag.PersistentVolumes())
        {
            if (entry.Kind.Disk!.CopyVolume() is not { } mount)
            {
                yield return $"it does not say where its persistent volume '{entry.Kind.Disk.PersistenceId}' is to be seen";
            }
            else if (!IsPath(mount.ContainerPath))
            {
                yield return $"its persistent volume '{entry.Kind.Disk.PersistenceId}' is to be seen at '{mount.ContainerPath}', which is not a path without '..'";
            }
        }
    }

    private static IEnumerable<DockerMount> Persistent(ResourceBag bag) =>
        from entry in bag.PersistentVolumes()
        let mount = entry.Kind.Disk!.CopyVolume()
        select new DockerMount(mount.ContainerPath, new DockerMountSource.Persistent(VolumePath.Of(entry)),
            mount.Mode == Volume.Types.Mode.Ro);

    private static DockerMount Of(Volume volume) => new(volume.ContainerPath, SourceOf(volume), volume.Mode == Volume.Types.Mode.Ro);

    private static DockerMountSource SourceOf(Volume volume) => volume switch
    {
        { HasHostPath: true } => OfHost(volume.HostPath, null),
        { Source: { HostPath: { } host } } => OfHost(host.Path, host.MountPropagation),
        { Source: { SandboxPath: { Type: Source.Types.SandboxPath.Types.Type.Parent } sandbox } } =>
            new DockerMountSource.InSandboxAround(sandbox.Path),
        { Source: { SandboxPath: { } sandbox } } => new DockerMountSource.InSandbox(sandbox.Path),
        { Source: { DockerVolume: { } docker } } => new DockerMountSource.EngineVolume(
            docker.Name, docker is { HasDriver: true, Driver.Length: > 0 } ? docker.Driver : null,
            [.. (docker.DriverOptions?.Parameter ?? []).Select(option => KeyValuePair.Create(option.Key, option.Value))]),
        _ => new DockerMountSource.EngineVolume(null, null, []),
    };

    /// <summary>A path that is not absolute lies in the sandbox.</summary>
    private static DockerMountSource OfHost(string path, MountPropagation? propagation) => path.StartsWith('/')
        ? new DockerMountSource.HostPath(path, propagation?.Mode switch
        {
            MountPropagation.Types.Mode.HostToContainer => "rslave",
            MountPropagation.Types.Mode.Bidirectional => "rshared",
            _ => null,
        })
        : new DockerMountSource.InSandbox(path);

    private static IEnumerable<string> Problems(Volume volume, bool isNested)
    {
        if (!IsPath(volume.ContainerPath))
        {
            yield return $"it mounts a volume at '{volume.ContainerPath}', which is not a path without '..'";
        }
        if (volume.Image is not null)
        {
            yield return $"the volume at '{volume.ContainerPath}' shows an image, which is not supported";
        }
        if (volume.HasHostPath && !IsPath(volume.HostPath))
        {
            yield return $"the volume at '{volume.ContainerPath}' shows '{volume.HostPath}', which is not a path without '..'";
        }
        if (volume.Source is { } source)
        {
            foreach (var problem in Problems(volume.ContainerPath, source, isNested))
            {
                yield return problem;
            }
        }
    }

    private static IEnumerable<string> Problems(string at, Source source, bool isNested)
    {
        switch (source)
        {
            case { HostPath: { } host } when !IsPath(host.Path):
                yield return $"the volume at '{at}' shows '{host.Path}', which is not a path without '..'";
                break;
            case { SandboxPath: { } sandbox }:
                if (!IsPath(sandbox.Path) || sandbox.Path.StartsWith('/'))
                {
                    yield return $"the volume at '{at}' shows '{sandbox.Path}' of a sandbox, which is not a path below it without '..'";
                }
                if (sandbox.Type == Source.Types.SandboxPath.Types.Type.Parent && !isNested)
                {
                    yield return $"the volume at '{at}' shows the sandbox of the container around it, and there is none";
                }
                break;
            case { HostPath: not null } or { DockerVolume: not null }:
                break;
            default:
                yield return $"the volume at '{at}' is of type {source.Type}, which is not supported (use HOST_PATH, SANDBOX_PATH or DOCKER_VOLUME)";
                break;
        }
    }

    /// <summary>Not empty, and cannot lead out of where it is looked up from.</summary>
    private static bool IsPath(string path) => path.Length > 0 && !path.Contains('\0') && !path.Split('/').Contains("..");
}
