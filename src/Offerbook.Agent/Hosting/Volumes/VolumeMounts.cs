using System.Diagnostics;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Volumes;

/// <summary>
/// Shows volumes to plain processes. A link in the sandbox does where the path is below it and writing is allowed; an absolute
/// path or a read-only volume takes a bind mount, in a mount namespace that only the container has, which takes root. Without
/// that right the container does not start and is told why.
/// </summary>
internal sealed class VolumeMounts(string workDirectory, SandboxDirectories sandboxes)
{
    /// <summary>
    /// Arguments: any number of MODE SOURCE TARGET, then --, then the program. What is mounted on the host later shows in the
    /// container too; nothing of the container shows on the host.
    /// </summary>
    private const string Script = """
        while [ "$1" != -- ]; do
            case $1 in ro) bind=--bind ;; *) bind=--rbind ;; esac
            mount "$bind" "$2" "$3" && { [ "$1" = rw ] || mount -o remount,bind,ro "$3"; } || {
                echo "offerbook: the volume $2 cannot be mounted at $3" >&2
                exit 125
            }
            shift 3
        done
        shift
        exec "$@"
        """;

    /// <summary>Tried by an ordinary thread: a launch is prepared by one whose children have fewer rights.</summary>
    private static readonly Lazy<bool> HasNamespaces = new(static () => Task.Run(TryNamespace).GetAwaiter().GetResult());

    private readonly SecretVolumes _secrets = new(workDirectory);

    /// <summary>Readies the volumes of a new container.</summary>
    /// <returns>What must stand before its program: run as the agent's user, it mounts what links cannot show and becomes the program.
    /// Empty when links do.</returns>
    /// <exception cref="IOException">A volume is not there, cannot be shown at its path, or something else is in its place.</exception>
    public IReadOnlyList<string> Prepare(ContainerSpec spec, string sandbox)
    {
        if (spec.Volumes.Count == 0)
        {
            return [];
        }
        var user = Ownership.Other(spec.User);
        var mounts = new List<string>();
        foreach (var volume in spec.Volumes)
        {
            var source = volume.Source is VolumeSource.Secret secret
                ? _secrets.Write(spec.Container, volume.ContainerPath, secret, user) : SourceOf(volume, user);
            if (!volume.IsAbsolute && IsLinked(volume, user))
            {
                Link(Path.Combine(sandbox, volume.ContainerPath.TrimEnd('/')), source, sandbox, user);
                continue;
            }
            if (!HasNamespaces.Value)
            {
                throw new IOException(
                    $"its volume at '{volume.ContainerPath}' is {(volume.IsAbsolute ? "at an absolute path" : volume.ReadOnly ? "read-only" : "a secret of another user")}, which takes a mount namespace, "
                    + "and this agent has no right to make one: run it as root, or mount the volume writable at a path relative to the sandbox");
            }
            mounts.AddRange([volume.ReadOnly ? "ro" : "rw", source, TargetOf(volume, source, sandbox, user)]);
        }
        return mounts.Count == 0
            ? [] : [Find("unshare"), "--mount", "--propagation", "slave", Find("sh"), "-c", Script, "mount", .. mounts, "--"];
    }

    /// <summary>
    /// A secret lies where only the agent's user comes by: others see it by a mount. One that has the agent's user is told by the file's mode
    /// that it is his alone.
    /// </summary>
    private static bool IsLinked(ContainerVolume volume, HostUser? user) =>
        volume.Source is VolumeSource.Secret ? user is null && !HasNamespaces.Value : !volume.ReadOnly;

    private string SourceOf(ContainerVolume volume, HostUser? user)
    {
        switch (volume.Source)
        {
            case VolumeSource.Persistent persistent:
                var directory = Path.Combine(workDirectory, persistent.Volume.Directory);
                if (!Directory.Exists(directory))
                {
                    throw new DirectoryNotFoundException($"its persistent volume {directory} is not there");
                }
                if (!persistent.IsShared)
                {
                    Ownership.Give(directory, user);
                }
                return directory;
            case VolumeSource.HostPath host:
                return Path.Exists(host.Path)
                    ? host.Path : throw new DirectoryNotFoundException($"the path {host.Path} of its volume is not there on this host");
            case VolumeSource.InSandbox inside:
                return InSandbox(inside, user);
            default:
                throw new IOException($"its volume at '{volume.ContainerPath}' is of a kind that plain processes cannot have");
        }
    }

    /// <summary>A task writes into its sandbox, links too: what the path leads to must still lie in it.</summary>
    private string InSandbox(VolumeSource.InSandbox inside, HostUser? user)
    {
        var root = Native.RealPath(sandboxes.PathOf(inside.Sandbox))
            ?? throw new DirectoryNotFoundException($"the sandbox of its volume '{inside.Path}' is not there");
        var path = root;
        foreach (var part in inside.Path.TrimEnd('/').Split('/'))
        {
            path = Path.Combine(path, part);
            if (!Path.Exists(path))
            {
                Directory.CreateDirectory(path);
                Ownership.Give(path, user);
            }
            else if (Native.RealPath(path) is not { } real || !real.StartsWith(root + "/", StringComparison.Ordinal))
            {
                throw new IOException($"its volume '{inside.Path}' leads out of the sandbox");
            }
        }
        return path;
    }

    /// <summary>Where to mount: something of the same kind as the source, made in the sandbox, found on the host.</summary>
    private static string TargetOf(ContainerVolume volume, string source, string sandbox, HostUser? user)
    {
        var isDirectory = Directory.Exists(source);
        if (volume.IsAbsolute)
        {
            return isDirectory ? Directory.Exists(volume.ContainerPath) ? volume.ContainerPath : throw Missing(volume, "directory")
                : File.Exists(volume.ContainerPath) ? volume.ContainerPath : throw Missing(volume, "file");
        }
        var target = Path.Combine(sandbox, volume.ContainerPath.TrimEnd('/'));
        MakeAbove(target, sandbox, user);
        if (isDirectory)
        {
            Directory.CreateDirectory(target);
        }
        else if (!File.Exists(target))
        {
            File.WriteAllBytes(target, []);
        }
        return target;
    }

    private static DirectoryNotFoundException Missing(ContainerVolume volume, string kind) =>
        new($"its volume is to be mounted at {volume.ContainerPath}, and a plain process has the host's files: there is no such {kind} to mount on");

    private static void Link(string path, string target, string sandbox, HostUser? user)
    {
        MakeAbove(path, sandbox, user);
        File.CreateSymbolicLink(path, target);
        Ownership.Give(path, user);
    }

    private static void MakeAbove(string path, string sandbox, HostUser? user)
    {
        var above = Path.GetDirectoryName(path)!;
        var made = sandbox;
        foreach (var part in Path.GetRelativePath(sandbox, above).Split('/').Where(part => part != "."))
        {
            made = Path.Combine(made, part);
            if (!Directory.Exists(made))
            {
                Directory.CreateDirectory(made);
                Ownership.Give(made, user);
            }
        }
    }

    private static bool TryNamespace()
    {
        if (!Ownership.IsRoot || !File.Exists(Find("unshare")))
        {
            return false;
        }
        using var attempt = Process.Start(
            new ProcessStartInfo(Find("unshare"), ["--mount", "--propagation", "slave", "true"]) { RedirectStandardError = true });
        attempt!.WaitForExit();
        return attempt.ExitCode == 0;
    }

    private static string Find(string program) => File.Exists("/usr/bin/" + program) ? "/usr/bin/" + program : "/bin/" + program;
}
