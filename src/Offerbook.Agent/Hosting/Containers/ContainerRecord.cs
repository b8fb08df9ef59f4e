using System.Globalization;
using System.Runtime.InteropServices;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// What a container's record says; see <see cref="Supervision.SupervisorProgram"/> and supervise.sh. Only whole lines count: a line under
/// way is as if unwritten.
/// </summary>
/// <param name="Cancelled">An agent that recovered was first: the container never starts.</param>
/// <param name="Words">What the shell said, if anything.</param>
/// <param name="Over">Why an agent ended it, if it did.</param>
internal sealed record ContainerRecord(
    bool Cancelled, ProcessIdentity? Supervisor, string? BootId, ProcessIdentity? Main, int? Status, string? Words,
    ContainerExit.OverLimit? Over)
{
    public const string CancelledLine = "cancelled\n";

    /// <summary>A death by signal is said in words; a program that exits with 128 + n by itself says nothing.</summary>
    private static readonly int[] SignalsWithoutWords = [2, 13];

    public static ContainerRecord Empty { get; } = new(false, null, null, null, null, null, null);

    /// <summary>
    /// Whether <see cref="Main"/> does not execute the task's program yet, but what sets it up; if it ended so, that failed.
    /// </summary>
    public bool IsBeingSetUp => TakesSetup && !IsPrepared;

    /// <summary>
    /// Nobody writes to it any more, and it says whose it is: it can be cleared and become another's (<see cref="SpareRecords"/>).
    /// What sets a process up could still hold it open.
    /// </summary>
    public bool IsReusable => Owner is not null && ToldSignalled is not null && !TakesSetup && Over is null;

    /// <summary>The container that it says it is of; older supervisors and the shell's script do not say.</summary>
    public string? Owner { get; private init; }

    /// <summary>Whether <see cref="Main"/> began as what sets it up.</summary>
    private bool TakesSetup { get; init; }

    /// <summary>The process says so itself, on a busy machine before its supervisor has come to write that it began.</summary>
    private bool IsPrepared { get; init; }

    /// <summary>Whether the supervisor knew what <see cref="Status"/> stands for; the shell's script has to guess.</summary>
    public bool? ToldSignalled { get; init; }

    /// <summary>Whether <see cref="Status"/> stands for a death by signal.</summary>
    public bool Signalled =>
        ToldSignalled ?? (Status is > 128 and var status && (Words is not null || SignalsWithoutWords.Contains(status - 128)));

    public static ContainerRecord Parse(string text)
    {
        var record = Empty;
        foreach (var line in text.Split('\n')[..^1])
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (fields)
            {
                case []:
                    break;
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
                case ["of", var owner] when record.Owner is null:
                    record = record with { Owner = owner };
                    break;
                case ["supervised", var pid, var boot, var uptime, _] when Identity(pid, Ticks(uptime)) is { } identity:
                    record = record with { Supervisor = identity, BootId = boot };
                    break;
                case ["began", var pid, var uptime, _] when Identity(pid, Ticks(uptime)) is { } identity:
                    record = record with { Main = identity };
                    break;
                case ["setup", var pid, var uptime, _] when Identity(pid, Ticks(uptime)) is { } identity:
                    record = record with { Main = identity, TakesSetup = true };
                    break;
                case [Supervision.SupervisorProgram.PreparedLine]:
                    record = record with { IsPrepared = true };
                    break;
                case ["ended", var how, var number]
                    when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var code):
                    record = record with { Status = how == "exited" ? code : 128 + code, ToldSignalled = how != "exited" };
                    break;
                case ["refused", var step, var number]
                    when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var error):
                    record = record with { Status = 127, ToldSignalled = false, Words = Refusal(step, error) };
                    break;
                case ["over", "disk", var used, var limit]
                    when record.Status is null && Megabytes(used) is { } megabytes && Megabytes(limit) is { } bound:
                    record = record with { Over = DiskOveruse(megabytes, bound) };
                    break;
                default:
                    record = record with { Words = line };
                    break;
            }
        }
        return record;
    }

    /// <summary>The first line of a container's record.</summary>
    public static string OwnerLine(ContainerId container) => $"of {container.Value}\n";

    /// <summary>The line that an agent appends before it kills a container whose sandbox has grown too large.</summary>
    public static string OverDiskLine(double usedMegabytes, double limitMegabytes) =>
        string.Create(CultureInfo.InvariantCulture, $"over disk {usedMegabytes:0.###} {limitMegabytes:0.###}\n");

    private static ContainerExit.OverLimit DiskOveruse(double used, double limit) => new(LimitedResource.Disk,
        string.Create(CultureInfo.InvariantCulture, $"Disk usage ({used}MB) exceeds quota ({limit}MB)"))
    {
        Megabytes = used,
    };

    private static string Refusal(string step, int error)
    {
        var reason = Marshal.GetPInvokeErrorMessage(error);
        return step switch
        {
            "execute" => reason,
            "output" => $"stdout or stderr in its sandbox: {reason}",
            "group" => $"its control group: {reason}",
            _ => $"its process: {reason}",
        };
    }

    /// <summary>Seconds with two digits behind the point, as hundredths.</summary>
    private static string Ticks(string uptime) => uptime.Replace(".", "", StringComparison.Ordinal);

    private static double? Megabytes(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static ProcessIdentity? Identity(string pid, string start) =>
        int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            ? new ProcessIdentity(number, ticks)
            : null;
}
