using Microsoft.Extensions.Logging;
using Offerbook.Agent.Operations;

namespace Offerbook.Agent.Hosting.Volumes;

/// <summary>
/// Makes and removes the directories of persistent volumes, at once and in the order of the orders: a volume that is removed and
/// made again is empty, and a task that starts after its volume finds it. Removed ones are only renamed here; what was in them,
/// which may be much, is deleted behind.
/// </summary>
internal sealed class VolumeDirectories(string workDirectory, Func<AgentMessage, ValueTask> post, ILogger logger) : IAsyncDisposable
{
    private const string Removed = ".removed-";

    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly List<Task> _deletions = [];

    /// <summary>The absolute path of a volume.</summary>
    public string PathOf(VolumePath volume) => Path.Combine(workDirectory, volume.Directory);

    public void Create(CreateVolumes order) => Answer(order.Operation, order.Volumes, "cannot be made", Create);

    public void Remove(RemoveVolumes order) => Answer(order.Operation, order.Volumes, "cannot be removed", Remove);

    /// <summary>Lets the deletions under way end; their directories are out of the way already.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_deletions);

    private void Create(string path, VolumePath volume)
    {
        if (!volume.IsWholeDisk)
        {
            Directory.CreateDirectory(path, Mode);
        }
        else if (!Directory.Exists(path))
        {
            throw new DirectoryNotFoundException("nothing is mounted there");
        }
    }

    private void Remove(string path, VolumePath volume)
    {
        if (!Directory.Exists(path))
        {
            return;
        }
        // A mount is there for good: only what is in it goes, and its entries cannot leave it.
        List<string> doomed = volume.IsWholeDisk ? [.. Directory.EnumerateFileSystemEntries(path)] : [path];
        foreach (var entry in doomed)
        {
            var aside = Path.Combine(Path.GetDirectoryName(entry)!, Removed + Guid.NewGuid().ToString("N"));
            Containers.Native.Rename(entry, aside);
            _deletions.RemoveAll(deletion => deletion.IsCompleted);
            _deletions.Add(Task.Run(() => Delete(aside)));
        }
    }

    private void Delete(string path)
    {
        try
        {
            if (File.GetAttributes(path).HasFlag(FileAttributes.Directory) && new FileInfo(path).LinkTarget is null)
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("What a volume held cannot be deleted: {Path}: {Reason}", path, failure.Message);
        }
    }

    private void Answer(Guid operation, IReadOnlyList<VolumePath> volumes, string cannot, Action<string, VolumePath> act)
    {
        string? problem = null;
        foreach (var volume in volumes)
        {
            var path = PathOf(volume);
            try
            {
                act(path, volume);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                problem = $"The volume's directory {path} {cannot}: {failure.Message}";
                logger.LogWarning("{Problem}", problem);
            }
        }
        // The mailbox holds what comes meanwhile; the core reads on.
        _ = post(new AgentMessage.VolumesReady(operation, problem)).AsTask();
    }
}
