using System.Globalization;

namespace Offerbook.Chaos.Hosts;

/// <summary>A process as <c>/proc</c> tells it.</summary>
internal sealed record ProcessLook(int Id, int Parent, int Session, string CommandLine)
{
    /// <summary>How a process looks that has nothing to do with anybody.</summary>
    public const string Stranger = "sleep 97";

    /// <summary>An app's or a pod's.</summary>
    public bool IsTask =>
        CommandLine.StartsWith("sh /", StringComparison.Ordinal) && CommandLine.EndsWith("/task.sh", StringComparison.Ordinal);

    /// <summary>A Docker engine's, or of what keeps its containers.</summary>
    public bool IsOfEngine =>
        CommandLine.Contains("dockerd", StringComparison.Ordinal) || CommandLine.Contains("containerd", StringComparison.Ordinal);

    public bool IsStranger => CommandLine == Stranger;

    /// <returns>Null when it is gone, or waits for its parent to hear of its end.</returns>
    public static ProcessLook? Of(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            // Behind the name, which may hold anything: state, parent, group, session.
            var words = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var line = File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' ').Trim();
            return words[0] == "Z" ? null
                : new ProcessLook(id, int.Parse(words[1], CultureInfo.InvariantCulture), int.Parse(words[3], CultureInfo.InvariantCulture),
                    line);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
