using System.Text.RegularExpressions;
using Offerbook.Actors;
using Offerbook.Apps.Specs;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Instances;

/// <summary>
/// Names an instance for its whole life: <c>&lt;safe app id&gt;.instance-&lt;uuid&gt;</c>. Each of its tasks is one incarnation:
/// <c>&lt;instance id&gt;._app.&lt;n&gt;</c>, n counting from 1; of a pod each container has one: <c>&lt;instance
/// id&gt;.&lt;container&gt;.&lt;n&gt;</c>.
/// </summary>
public readonly partial record struct InstanceId(string Value) : IComparable<InstanceId>
{
    private const string Marker = ".instance-";

    /// <summary>The uuid is of version 1 in form: the time of birth, then chance in place of a network address.</summary>
    public static InstanceId New(PathId app, Now now, SeededRandom random) => new(app.SafeId + Marker + TimeUuid(now, random));

    /// <summary>The app, which the id spells out: <c>_</c> stands for <c>/</c> and occurs nowhere else.</summary>
    public PathId App => PathId.Parse(Value[..Math.Max(0, Value.LastIndexOf(Marker, StringComparison.Ordinal))].Replace('_', '/'));

    /// <summary>What stands in the place of a container's name in the task ids of apps; no container may be called so.</summary>
    public const string AppContainer = "_app";

    public TaskId Task(int incarnation, string container = AppContainer) =>
        new(Value + "." + container + "." + incarnation.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Of a pod: <c>instance-&lt;safe id&gt;.&lt;uuid&gt;</c>.</summary>
    public ExecutorId Executor
    {
        get
        {
            var at = Value.LastIndexOf(Marker, StringComparison.Ordinal);
            return new ExecutorId("instance-" + Value[..at] + "." + Value[(at + Marker.Length)..]);
        }
    }

    public static bool TryParse(string text, out InstanceId id)
    {
        id = new InstanceId(text);
        return InstancePattern.IsMatch(text);
    }

    /// <summary>Reads a task id of today's form.</summary>
    public static bool TryParseTask(string text, out InstanceId id, out int incarnation) =>
        TryParseTask(text, out id, out _, out incarnation);

    public static bool TryParseTask(string text, out InstanceId id, out string container, out int incarnation)
    {
        var match = TaskPattern.Match(text);
        id = new InstanceId(match.Groups[1].Value);
        container = match.Groups[2].Value;
        return int.TryParse(match.Groups[3].Value, out incarnation) && match.Success;
    }

    public int CompareTo(InstanceId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;

    private static string TimeUuid(Now now, SeededRandom random)
    {
        // 100 ns steps since 15 October 1582, the first day of the Gregorian calendar, as RFC 4122 has it.
        var time = (now.Wall.UtcDateTime - new DateTime(1582, 10, 15, 0, 0, 0, DateTimeKind.Utc)).Ticks;
        var (clock, node) = (random.NextUInt64(), random.NextUInt64());
        return $"{time & 0xFFFFFFFF:x8}-{(time >> 32) & 0xFFFF:x4}-1{(time >> 48) & 0xFFF:x3}-"
            + $"{(clock & 0x3FFF) | 0x8000:x4}-{node & 0xFFFFFFFFFFFF:x12}";
    }

    [GeneratedRegex(@"^[^/\s]+\.instance-[^_./\s]+$", RegexOptions.CultureInvariant)]
    private static partial Regex InstancePattern { get; }

    [GeneratedRegex(@"^([^/\s]+\.instance-[^_./\s]+)\.([^./\s]+)\.(\d{1,9})$", RegexOptions.CultureInvariant)]
    private static partial Regex TaskPattern { get; }
}
