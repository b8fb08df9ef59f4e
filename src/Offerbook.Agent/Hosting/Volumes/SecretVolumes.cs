using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Volumes;

/// <summary>
/// The files of secrets that containers see as volumes: below <c>meta/secrets</c>, outside of sandboxes, which others may read through the
/// agent. Each is its container's user's alone, and goes when the container is forgotten.
/// </summary>
internal sealed class SecretVolumes(string workDirectory)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _directory = Path.Combine(workDirectory, "meta", "secrets");

    /// <summary>Writes one, anew if it is there.</summary>
    /// <returns>The file.</returns>
    public string Write(ContainerId container, string path, VolumeSource.Secret secret, HostUser? user)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_directory, container.Value), OwnerOnly).FullName;
        var file = Path.Combine(directory, Uri.EscapeDataString(path));
        File.Delete(file);
        using (var stream = new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            stream.Write(secret.Data.Span);
        }
        Ownership.Give(file, user);
        return file;
    }

    /// <summary>Removes those of a container; that it has none is no error.</summary>
    public void Remove(ContainerId container)
    {
        var directory = Path.Combine(_directory, container.Value);
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Removes those of containers that nobody knows any more.</summary>
    public void RemoveAllBut(IEnumerable<ContainerId> known)
    {
        if (Directory.Exists(_directory))
        {
            foreach (var left in Directory.EnumerateDirectories(_directory).Select(static path => Path.GetFileName(path))
                .Except(known.Select(static container => container.Value)))
            {
                Directory.Delete(Path.Combine(_directory, left), recursive: true);
            }
        }
    }
}
