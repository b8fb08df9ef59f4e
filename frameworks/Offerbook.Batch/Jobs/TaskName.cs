using System.Globalization;
using Offerbook.Wire.Identity;

namespace Offerbook.Batch.Jobs;

/// <summary>
/// Which attempt of which run a task is: <c>JOB.SERIAL-RUN-ATTEMPT</c>. The id follows from the journalled intent to launch, so
/// that after a crash the master can be asked about a task of which nobody knows whether it was ever launched.
/// </summary>
public readonly record struct TaskName(string Job, long Serial, int Run, int Attempt)
{
    public TaskId ToTaskId() => new(string.Create(CultureInfo.InvariantCulture, $"{Job}.{Serial}-{Run}-{Attempt}"));

    public static bool TryParse(string text, out TaskName name)
    {
        name = default;
        var dot = text.LastIndexOf('.');
        var parts = text[(dot + 1)..].Split('-');
        if (dot < 1 || parts.Length != 3
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var serial)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var run)
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var attempt))
        {
            return false;
        }
        name = new TaskName(text[..dot], serial, run, attempt);
        return true;
    }
}
