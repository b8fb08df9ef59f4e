using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Operations;
using Offerbook.Agent.Sandbox;
using Offerbook.Resources;
using SandboxType = Mesos.V1.Volume.Types.Source.Types.SandboxPath.Types.Type;
using SourceType = Mesos.V1.Volume.Types.Source.Types.Type;

namespace Offerbook.Agent.Tasks;

/// <summary>
/// The volumes that a container sees: the persistent ones among its resources, and those of its ContainerInfo. What a host can
/// do of it is found out when the container starts; here stands only what can be known before.
/// </summary>
internal static class TaskVolumes
{
    public static IReadOnlyList<ContainerVolume> Of(TaskInfo task, SandboxPath sandbox) =>
    [
        .. Of(task.Resources, task.Container, sandbox, sandbox.Around),
        .. (task.Container?.Volumes ?? []).Where(static volume => volume.Source is { Type: SourceType.Secret, Secret.Value: not null })
            .Select(static volume => new ContainerVolume(volume.ContainerPath,
                new VolumeSource.Secret(volume.Source.Secret.Value.Data.Memory), volume.Mode == Volume.Types.Mode.Ro)),
    ];

    /// <param name="parent">The sandbox of the container around it, for a container within another.</param>
    public static IReadOnlyList<ContainerVolume> Of(
        IEnumerable<Mesos.V1.Resource> resources, ContainerInfo? container, SandboxPath sandbox, SandboxPath? parent) =>
    [
        .. Persistent(resources).Select(volume => new ContainerVolume(
            volume.Kind.Disk!.ContainerPath!,
            new VolumeSource.Persistent(VolumePath.Of(volume), volume.Kind.IsShared),
            volume.Kind.Disk.CopyVolume()?.Mode == Volume.Types.Mode.Ro)),
        .. (container?.Volumes ?? []).Select(volume => Source(volume, sandbox, parent) is { } source
            ? new ContainerVolume(volume.ContainerPath, source, volume.Mode == Volume.Types.Mode.Ro) : null).OfType<ContainerVolume>(),
    ];

    /// <summary>What no container can have, in words that continue "This agent cannot run the task: ".</summary>
    public static IEnumerable<string> Unsupported(TaskInfo task, bool mayHaveSecrets) => Unsupported(task.Resources, task.Container,
        isNested: task.Executor?.Type == ExecutorInfo.Types.Type.Default, mayHaveSecrets);

    /// <param name="mayHaveSecrets">What it is described by is shown to others without the values of secrets.</param>
    public static IEnumerable<string> Unsupported(IEnumerable<Mesos.V1.Resource> resources, ContainerInfo? container, bool isNested,
        bool mayHaveSecrets = false)
    {
        foreach (var volume in Persistent(resources))
        {
            var disk = volume.Kind.Disk!;
            if (disk.CopyVolume() is not { } mount)
            {
                yield return $"it does not say where its persistent volume '{disk.PersistenceId}' is to be seen";
            }
            else if (ProblemOfPath(mount.ContainerPath) is { } problem)
            {
                yield return $"it mounts its persistent volume '{disk.PersistenceId}' at '{mount.ContainerPath}', {problem}";
            }
        }
        // An engine has volumes of its own kinds and paths of its own image.
        if (container is null || container.Type == ContainerInfo.Types.Type.Docker || container.Mesos?.Image is not null)
        {
            yield break;
        }
        foreach (var volume in container.Volumes)
        {
            if ((ProblemOfPath(volume.ContainerPath) ?? ProblemOfSource(volume, isNested, mayHaveSecrets)) is { } problem)
            {
                yield return $"it mounts a volume at '{volume.ContainerPath}', {problem}";
            }
        }
    }

    /// <summary>Whether a path stays below the directory that it is relative to.</summary>
    public static bool StaysBelow(string path) =>
        path.Length > 0 && path[0] != '/' && !path.Contains('\0')
            && path.TrimEnd('/').Split('/').All(part => part is not (".." or "." or ""));

    private static VolumeSource? Source(Volume volume, SandboxPath sandbox, SandboxPath? parent) => volume switch
    {
        { Source: { Type: SourceType.HostPath, HostPath: { } host } } => new VolumeSource.HostPath(host.Path),
        { Source: { Type: SourceType.SandboxPath, SandboxPath: { } inside } } =>
            inside.Type == SandboxType.Parent
                ? parent is { } around ? new VolumeSource.InSandbox(around, inside.Path) : null
                : new VolumeSource.InSandbox(sandbox, inside.Path),
        { Source: null, HasHostPath: true } => volume.HostPath.StartsWith('/')
            ? new VolumeSource.HostPath(volume.HostPath)
            : new VolumeSource.InSandbox(sandbox, volume.HostPath),
        _ => null,
    };

    private static string? ProblemOfSource(Volume volume, bool isNested, bool mayHaveSecrets) => volume switch
    {
        { Image: not null } => "made of an image, which is not supported",
        { Source: { Type: SourceType.HostPath, HostPath: { } host } } =>
            host.Path.StartsWith('/') ? null : $"of the host's path '{host.Path}', which must be absolute",
        { Source: { Type: SourceType.SandboxPath, SandboxPath: { } inside } } =>
            !StaysBelow(inside.Path) ? $"of the sandbox's path '{inside.Path}', which must be relative and without '..'"
            : inside.Type == SandboxType.Parent && !isNested ? "of its parent's sandbox, and it is in no other container"
            : null,
        { Source: { Type: SourceType.Secret, Secret: { } secret } } when mayHaveSecrets =>
            secret.Value is null ? "of a secret that refers to a secret store, and only secrets with a value are supported" : null,
        { Source: { } other } => $"of the kind {other.Type}, which plain processes cannot have",
        { HasHostPath: true } => volume.HostPath.StartsWith('/') || StaysBelow(volume.HostPath)
            ? null : $"of the sandbox's path '{volume.HostPath}', which must be without '..'",
        _ => "without saying of what: give it a host_path or a source",
    };

    /// <summary>Absolute ones need a mount namespace, which is found out when the container starts.</summary>
    private static string? ProblemOfPath(string path) =>
        path is "stdout" or "stderr" ? "where its output goes"
        : path.StartsWith('/') && path.Length > 1 && StaysBelow(path[1..]) || StaysBelow(path) ? null
        : "which must be absolute or relative to the sandbox, without '..'";

    public static bool HasPersistent(IEnumerable<Mesos.V1.Resource> resources) => Persistent(resources).Any();

    private static IEnumerable<ResourceEntry> Persistent(IEnumerable<Mesos.V1.Resource> resources) =>
        ResourceReader.Read(resources).Bag.PersistentVolumes();
}
