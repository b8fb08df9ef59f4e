using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Operations;
using Offerbook.Resources;

namespace Offerbook.Agent.Tasks;

/// <summary>
/// The persistent volumes that a task uses. A plain process has no file system of its own: the sandbox gets a link to each, so
/// that only paths below the sandbox are possible, and writing cannot be forbidden.
/// </summary>
internal static class TaskVolumes
{
    public static IEnumerable<SandboxVolume> Of(TaskInfo task) =>
        Volumes(task).Select(volume => new SandboxVolume(volume.Kind.Disk!.ContainerPath!, VolumePath.Of(volume)));

    /// <summary>What a plain process cannot have, in words that continue "This agent cannot run the task: ".</summary>
    public static IEnumerable<string> Unsupported(TaskInfo task)
    {
        foreach (var volume in Volumes(task))
        {
            var disk = volume.Kind.Disk!;
            if (disk.CopyVolume() is not { } mount)
            {
                yield return $"it does not say where its persistent volume '{disk.PersistenceId}' is to be seen";
            }
            else if (!IsBelowSandbox(mount.ContainerPath))
            {
                yield return $"it mounts its persistent volume '{disk.PersistenceId}' at '{mount.ContainerPath}', and a plain process sees volumes only at paths below its sandbox, without '..'";
            }
            else if (mount.Mode == Volume.Types.Mode.Ro)
            {
                yield return $"it mounts its persistent volume '{disk.PersistenceId}' read-only, which is not supported for plain processes so far";
            }
        }
    }

    private static IEnumerable<ResourceEntry> Volumes(TaskInfo task) => ResourceReader.Read(task.Resources).Bag.PersistentVolumes();

    private static bool IsBelowSandbox(string path) =>
        path.Length > 0 && path[0] != '/' && !path.Contains('\0')
        && path.Split('/').All(part => part is not (".." or "." or "")) && path is not ("stdout" or "stderr");
}
