using System.Text;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Volumes;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// What the agent keeps on disk for its containers: the supervisor's script, and a record for each container that is not forgotten.
/// </summary>
internal sealed class ContainerFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>So that no line is added to a record that has just become another's.</summary>
    private readonly Lock _appending = new();

    private readonly SpareRecords _spares;

    public ContainerFiles(string workDirectory)
    {
        var meta = Path.Combine(workDirectory, "meta");
        Records = Path.Combine(meta, "containers");
        Script = Path.Combine(meta, "supervise.sh");
        Supervisor = Path.Combine(meta, "supervise");
        Directory.CreateDirectory(Records, OwnerOnly);
        _spares = new SpareRecords(Path.Combine(meta, "spare"), OwnerOnly);
        Secrets = new SecretVolumes(workDirectory);
    }

    public SecretVolumes Secrets { get; }

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
            return Parse(container, Encoding.UTF8.GetString(start[..length]));
        }
        try
        {
            return Parse(container, File.ReadAllText(path, Encoding.UTF8));
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
        lock (_appending)
        {
            using var file = Native.OpenAppend(RecordOf(container));
            if (file is not null)
            {
                RandomAccess.Write(file, Encoding.UTF8.GetBytes(line), 0);
            }
        }
    }

    public void Delete(ContainerId container) => File.Delete(RecordOf(container));

    /// <summary>Takes away the record of a container that is forgotten; the file may become another's.</summary>
    /// <param name="last">What it said last.</param>
    public void Retire(ContainerId container, ContainerRecord last)
    {
        lock (_appending)
        {
            if (last.IsReusable && _spares.TryKeep(RecordOf(container)))
            {
                return;
            }
        }
        Delete(container);
    }

    /// <summary>A cleared file that the next record can be made of; empty text when there is none.</summary>
    public string TakeSpare() => _spares.Take();

    public IReadOnlyList<ContainerId> List() =>
        [.. Directory.EnumerateFiles(Records).Select(path => new ContainerId(Path.GetFileName(path)))];

    /// <summary>
    /// When the power was lost, a record may show what the file held before it was this container's: as good as nothing written.
    /// </summary>
    private static ContainerRecord Parse(ContainerId container, string text)
    {
        var record = ContainerRecord.Parse(text);
        return record.Owner is { } owner && owner != container.Value ? ContainerRecord.Empty : record;
    }
}
