using Google.Protobuf;
using Offerbook.Cluster.Tests.Harness;
using V1 = Mesos.V1;

namespace Offerbook.Cluster.Tests.Chaos;

/// <summary>One task: what it is, what its framework heard of it, and what it wrote down itself.</summary>
/// <param name="marks">Where the task appends a line <c>start PID</c> when it begins and <c>end …</c> when it ends by itself.</param>
internal sealed class ChaosTask(string id, ChaosKind kind, string marks)
{
    private const int End = 5;

    private readonly HashSet<ByteString> _uuids = [];
    private readonly List<V1.TaskStatus> _history = [];
    private ByteString? _newest;

    public string Id => id;

    public ChaosKind Kind => kind;

    /// <summary>Without an agent, until it is launched.</summary>
    public required V1.TaskInfo Info { get; init; }

    /// <summary>When the framework kills it, counted from its first TASK_RUNNING; null: it does not.</summary>
    public TimeSpan? KillAfter { get; init; }

    /// <summary>The tasks that it lives and dies with, itself among them; empty for a task of its own.</summary>
    public IReadOnlyList<ChaosTask> Group { get; set; } = [];

    /// <summary>Killed without waiting for any update.</summary>
    public bool KilledAtLaunch { get; init; }

    /// <summary>Whether a KILL has been sent.</summary>
    public bool IsKilled { get; set; }

    public bool IsLaunched => Info.AgentId is not null;

    /// <summary>The first terminal update.</summary>
    public V1.TaskStatus? Last { get; private set; }

    /// <summary>Whether an acknowledgement of the end has been sent.</summary>
    public bool IsSettled { get; set; }

    public bool HasRun => _history.Exists(status => status.State == V1.TaskState.TaskRunning);

    /// <summary>Its container, and the one around it if there is one.</summary>
    public IEnumerable<string> Containers => _history.Select(status => status.ContainerStatus?.ContainerId)
        .SelectMany(id => new[] { id?.Value, id?.Parent?.Value }).OfType<string>().Distinct();

    public IReadOnlyList<string> Marks => File.Exists(marks) ? File.ReadAllLines(marks) : [];

    public int Starts => Marks.Count(line => line.StartsWith("start", StringComparison.Ordinal));

    public string? EndMark => Marks.FirstOrDefault(line => line.StartsWith("end", StringComparison.Ordinal));

    /// <returns>What is wrong with this update after those before it; null: nothing.</returns>
    public string? Hear(V1.TaskStatus status)
    {
        var before = _history.LastOrDefault(other => Rank(other) is not null);
        _history.Add(status);
        if (status.HasUuid && !_uuids.Add(status.Uuid) && status.Uuid != _newest)
        {
            return $"hears an update of {status.State} again though a later one has come";
        }
        _newest = status.HasUuid ? status.Uuid : _newest;
        if (Rank(status) is not { } rank)
        {
            return null;
        }
        if (before is not null && (rank < Rank(before) || (Rank(before) == End && status.State != before.State)))
        {
            return $"goes from {before.State} to {status.State}";
        }
        if (rank == End && Last is null)
        {
            Last = status;
            return MainProcess() is { } process ? $"is told to be {status.State} while its process {process} runs" : null;
        }
        return null;
    }

    /// <returns>What of its end is not true; null: nothing.</returns>
    public string? Judge()
    {
        if (Last is not { } last)
        {
            return "never ended";
        }
        if (Starts > 1)
        {
            return "was started more than once";
        }
        var ranForSure = Starts == 1 || EndMark is not null;
        return last.State switch
        {
            // Gone: its agent died before it had written down who it is, hence also before it could start anything.
            V1.TaskState.TaskDropped or V1.TaskState.TaskGone => ranForSure || HasRun ? $"is told to be {last.State}, and ran" : null,
            V1.TaskState.TaskKilled when !IsKilled && kind.End != V1.TaskState.TaskKilled && !kind.MayBeKilled =>
                "was killed by nobody's wish",
            V1.TaskState.TaskKilled => kind.JudgeKilled(this),
            _ when last.State != kind.End => $"ends as {last.State} and should as {kind.End}",
            _ when kind.LeavesMarks && Starts != 1 => $"ends as {last.State} and has never begun",
            _ => kind.JudgeEnd(this),
        };
    }

    public override string ToString() =>
        $"{id}: [{string.Join(", ", _history.Select(Describe))}] marks [{string.Join(", ", Marks)}]{(IsKilled ? " killed" : "")}";

    private static string Describe(V1.TaskStatus status) =>
        $"{status.State}{(status.HasReason ? $" {status.Reason}" : "")}"
        + $"{(status.HasHealthy ? $" healthy={status.Healthy}" : "")}{(status.HasMessage ? $" '{status.Message}'" : "")}";

    /// <summary>The process that wrote the start mark, if it is there still.</summary>
    private int? MainProcess() =>
        kind.SharesProcessNumbers && Marks.FirstOrDefault()?.Split(' ') is ["start", var number] && int.Parse(number) is var process
        && MarkedProcesses.Mark(process, MarkedProcesses.TaskVariable) == id ? process : null;

    /// <summary>
    /// Null for what says only that the task is out of sight, or (of a task that has ended, or was never taken) not known any more.
    /// </summary>
    private static int? Rank(V1.TaskStatus status) => status.State switch
    {
        V1.TaskState.TaskStaging => 1,
        V1.TaskState.TaskStarting => 2,
        V1.TaskState.TaskRunning => 3,
        V1.TaskState.TaskKilling => 4,
        V1.TaskState.TaskUnreachable or V1.TaskState.TaskUnknown => null,
        V1.TaskState.TaskGone
            when status is { Reason: V1.TaskStatus.Types.Reason.Reconciliation, Source: V1.TaskStatus.Types.Source.Master } => null,
        _ => End,
    };
}
