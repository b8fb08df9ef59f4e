using System.Globalization;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>
/// What must be known of engine containers after a restart of the agent even if the engine says nothing, under <c>meta/docker</c>:
/// the id by which the agent knows its own, and for each container how far its launch had come.
/// </summary>
internal sealed class DockerRecords(string workDirectory)
{
    private readonly string _directory = Path.Combine(workDirectory, "meta", "docker");

    /// <summary>The work directory's own id; null when it never needed an engine.</summary>
    public string? ReadAgent() => File.Exists(AgentFile) && File.ReadAllText(AgentFile).Trim() is { Length: > 0 } id ? id : null;

    /// <exception cref="IOException">It cannot be written.</exception>
    public string MakeAgent()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "containers"));
        if (ReadAgent() is { } known)
        {
            return known;
        }
        var id = Guid.NewGuid().ToString("N");
        var fresh = AgentFile + ".new";
        File.WriteAllText(fresh, id);
        File.Move(fresh, AgentFile, overwrite: true);
        return id;
    }

    public DockerRecord? Read(ContainerId container)
    {
        var path = PathOf(container);
        if (!File.Exists(path))
        {
            return null;
        }
        // Half a line, written when the machine died: the launch had begun, that is all.
        return File.ReadAllText(path).Split(' ') is [var stage, var pid, var boot, .. var addresses, "\n"]
            && int.TryParse(pid, CultureInfo.InvariantCulture, out var number)
            && Enum.TryParse<DockerStage>(stage, out var known)
                ? new DockerRecord(known, number, boot) { Addresses = addresses }
                : new DockerRecord(DockerStage.Starting, 0, "");
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(ContainerId container, DockerRecord record) =>
        File.WriteAllText(PathOf(container), string.Concat(((string[])
            [$"{record.Stage}", record.Pid.ToString(CultureInfo.InvariantCulture), record.BootId, .. record.Addresses])
                .Select(word => word + " ")) + "\n");

    public void Delete(ContainerId container)
    {
        File.Delete(PathOf(container));
        File.Delete(CursorOf(container));
    }

    /// <summary>Where the copying of a container's output remembers how far it has come.</summary>
    public string CursorOf(ContainerId container) => PathOf(container) + ".output";

    private string AgentFile => Path.Combine(_directory, "agent");

    private string PathOf(ContainerId container) => Path.Combine(_directory, "containers", container.Value);
}

/// <param name="Pid">Of the main process as last known; 0: not known.</param>
internal sealed record DockerRecord(DockerStage Stage, int Pid, string BootId)
{
    /// <summary>Of its own, as last known; empty when they are the host's or another container's.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];
}

internal enum DockerStage
{
    /// <summary>The engine is about to be asked to start it. It may or may not run.</summary>
    Starting,

    /// <summary>It has been seen to run.</summary>
    Started,
}
