using System.Globalization;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>What a container's record says; see supervise.sh. Only whole lines count: a line under way is as if unwritten.</summary>
/// <param name="Cancelled">An agent that recovered was first: the container never starts.</param>
/// <param name="Words">What the shell said, if anything.</param>
internal sealed record ContainerRecord(
    bool Cancelled, ProcessIdentity? Supervisor, string? BootId, ProcessIdentity? Main, int? Status, string? Words)
{
    public const string CancelledLine = "cancelled\n";

    /// <summary>A death by signal is said in words; a program that exits with 128 + n by itself says nothing.</summary>
    private static readonly int[] SignalsWithoutWords = [2, 13];

    public static ContainerRecord Empty { get; } = new(false, null, null, null, null, null);

    /// <summary>Whether <see cref="Status"/> stands for a death by signal.</summary>
    public bool Signalled => Status is > 128 and var status && (Words is not null || SignalsWithoutWords.Contains(status - 128));

    public static ContainerRecord Parse(string text)
    {
        var record = Empty;
        foreach (var line in text.Split('\n')[..^1])
        {
            var fields = line.Split(' ');
            switch (fields)
            {
                case ["cancelled"]:
                    record = record with { Cancelled = true };
                    break;
                case ["supervisor", var pid, var start, var boot] when Identity(pid, start) is { } identity:
                    record = record with { Supervisor = identity, BootId = boot };
                    break;
                case ["started", var pid, var start] when Identity(pid, start) is { } identity:
                    record = record with { Main = identity };
                    break;
                case ["exited", var status] when int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code):
                    record = record with { Status = code };
                    break;
                default:
                    record = record with { Words = line };
                    break;
            }
        }
        return record;
    }

    private static ProcessIdentity? Identity(string pid, string start) =>
        int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            ? new ProcessIdentity(number, ticks)
            : null;
}
