using System.Text;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// What the agent keeps on disk for its containers: the supervisor's script, and a record for each container that is not forgotten.
/// </summary>
internal sealed class ContainerFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public ContainerFiles(string workDirectory)
    {
        var meta = Path.Combine(workDirectory, "meta");
        Records = Path.Combine(meta, "containers");
        Script = Path.Combine(meta, "supervise.sh");
        Supervisor = Path.Combine(meta, "supervise");
        Directory.CreateDirectory(Records, OwnerOnly);
    }

    public string Records { get; }

    public string Script { get; }

    /// <summary>The supervisor as a program.</summary>
    public string Supervisor { get; }

    public string RecordOf(ContainerId container) => Path.Combine(Records, container.Value);

    /// <summary>Replaced in one step, because supervisors of an earlier version may be reading theirs.</summary>
    public void WriteScript()
    {
        using var resource = typeof(ContainerFiles).Assembly.GetManifestResourceStream("supervise.sh")
            ?? throw new InvalidOperationException("The program was built without supervise.sh.");
        var fresh = Script + ".new";
        File.Delete(fresh);
        using (var file = new FileStream(fresh, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly,
        }))
        {
            resource.CopyTo(file);
        }
        File.Move(fresh, Script, overwrite: true);
    }

    /// <summary>Null when there is no record.</summary>
    public ContainerRecord? Read(ContainerId container)
    {
        var path = RecordOf(container);
        Span<byte> start = stackalloc byte[1024];
        var length = Native.ReadStart(path, start);
        if (length >= 0 && length < start.Length)
        {
            return ContainerRecord.Parse(Encoding.UTF8.GetString(start[..length]));
        }
        try
        {
            return ContainerRecord.Parse(File.ReadAllText(path, Encoding.UTF8));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Takes the container's record before its supervisor does, so that it never starts.</summary>
    /// <returns>False when the supervisor was first.</returns>
    public bool TryCancel(ContainerId container)
    {
        try
        {
            using var file = new FileStream(RecordOf(container), FileMode.CreateNew, FileAccess.Write);
            file.Write(Encoding.ASCII.GetBytes(ContainerRecord.CancelledLine));
            return true;
        }
        catch (IOException) when (File.Exists(RecordOf(container)))
        {
            return false;
        }
    }

    /// <summary>
    /// Adds a whole line to a record, behind whatever its supervisor may write meanwhile; one that has just gone is no error.
    /// </summary>
    public void Append(ContainerId container, string line)
    {
        using var file = Native.OpenAppend(RecordOf(container));
        if (file is not null)
        {
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(line), 0);
        }
    }

    public void Delete(ContainerId container) => File.Delete(RecordOf(container));

    public IReadOnlyList<ContainerId> List() =>
        [.. Directory.EnumerateFiles(Records).Select(path => new ContainerId(Path.GetFileName(path)))];
}
