using System.Globalization;
using V1 = Mesos.V1;

namespace Offerbook.Cluster.Tests.Chaos.Kinds;

/// <summary>A group of tasks under a default executor that all end by themselves, and well.</summary>
internal sealed class PodKind() : PodsKind("pod")
{
    public override ChaosLaunch Plan(ChaosPlan plan, string id) =>
        new([Group(Finish(plan, id + "-a"), Finish(plan, id + "-b"), Instant(plan, id + "-c"))], Executor(id));
}

/// <summary>One task of the group fails, and takes along one that would stay and one that does not want to go.</summary>
internal sealed class FailingPodKind() : PodsKind("pod-fail")
{
    public override ChaosLaunch Plan(ChaosPlan plan, string id) =>
        new([Group(Fail(plan, id + "-a"), Stay(plan, id + "-b"), Stubborn(plan, id + "-c"))], Executor(id));
}

/// <summary>The framework kills one task of the group.</summary>
internal sealed class KilledPodKind() : PodsKind("pod-killed")
{
    public override ChaosLaunch Plan(ChaosPlan plan, string id) =>
        new([Group(Stay(plan, id + "-a", plan.Between(0, 4)), Stubborn(plan, id + "-b"))], Executor(id));
}

/// <summary>
/// Three groups under one executor. Two go out together, of which one fails and is no matter of the other; the third comes when the
/// pod runs, or when that is already over.
/// </summary>
internal sealed class SharedPodKind() : PodsKind("pod-shared")
{
    public override ChaosLaunch Plan(ChaosPlan plan, string id) =>
        new([Group(Finish(plan, id + "-a"), Finish(plan, id + "-b")), Group(Fail(plan, id + "-c"), Stay(plan, id + "-d"))], Executor(id))
        {
            Next = new ChaosLaunch([Group(Finish(plan, id + "-e"), Instant(plan, id + "-f"))], Executor(id)),
        };
}

/// <summary>What pods are made of. Each task has its own resources, sandbox and way to end.</summary>
internal abstract class PodsKind(string name) : ChaosKind
{
    private static readonly PodTaskKind Finished = new("pod-finish", V1.TaskState.TaskFinished, "end 0");
    private static readonly PodTaskKind Failed = new("pod-failure", V1.TaskState.TaskFailed, "end 3");
    private static readonly PodTaskKind Stayed = new("pod-stay", V1.TaskState.TaskKilled, null);

    public override string Name => name;

    public override V1.TaskState End => V1.TaskState.TaskFinished;

    protected static ChaosTask Finish(ChaosPlan plan, string id) =>
        Task(plan, Finished, id, $"sleep {Seconds(plan)}; echo end 0 >>$CHAOS_MARKS");

    protected static ChaosTask Instant(ChaosPlan plan, string id) => Task(plan, Finished, id, "echo end 0 >>$CHAOS_MARKS");

    protected static ChaosTask Fail(ChaosPlan plan, string id) =>
        Task(plan, Failed, id, $"sleep {Seconds(plan)}; echo end 3 >>$CHAOS_MARKS; exit 3");

    protected static ChaosTask Stay(ChaosPlan plan, string id, TimeSpan? killAfter = null) =>
        Task(plan, Stayed, id, "exec sleep 3600", killAfter);

    protected static ChaosTask Stubborn(ChaosPlan plan, string id) => Task(plan, Stayed, id, "trap '' TERM; while :; do sleep 1; done");

    protected static IReadOnlyList<ChaosTask> Group(params ChaosTask[] tasks)
    {
        foreach (var task in tasks)
        {
            task.Group = tasks;
        }
        return tasks;
    }

    protected static V1.ExecutorInfo Executor(string id) => new()
    {
        Type = V1.ExecutorInfo.Types.Type.Default, ExecutorId = new V1.ExecutorID { Value = id },
        Resources = { ChaosPlan.Resources(0.1, 32), Disk },
        ShutdownGracePeriod = new V1.DurationInfo { Nanoseconds = 3_000_000_000 },
    };

    private static ChaosTask Task(ChaosPlan plan, ChaosKind kind, string id, string line, TimeSpan? killAfter = null) =>
        plan.Task(kind, id, ScriptKind.Begin + line, killAfter, change: info =>
        {
            info.KillPolicy = Grace.Of(0.5);
            info.Resources.Add(Disk);
        });

    /// <summary>Task groups do not go without.</summary>
    private static V1.Resource Disk =>
        new() { Name = "disk", Type = V1.Value.Types.Type.Scalar, Scalar = new V1.Value.Types.Scalar { Value = 1 } };

    private static string Seconds(ChaosPlan plan) => plan.Between(0, 3).TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);
}

/// <summary>A task of a pod.</summary>
internal sealed class PodTaskKind(string name, V1.TaskState end, string? endMark) : ChaosKind
{
    public override string Name => name;

    public override V1.TaskState End => end;

    public override bool MayBeKilled => true;

    public override ChaosLaunch Plan(ChaosPlan plan, string id) => throw new NotSupportedException("launched by " + nameof(PodsKind));

    public override string? JudgeEnd(ChaosTask task) => task.EndMark == endMark ? null : $"should have written '{endMark}' before its end";

    /// <summary>By the framework, or because another of its group was, has failed, or never began.</summary>
    public override string? JudgeKilled(ChaosTask task) =>
        task.IsKilled
            || task.Group.Any(other => other != task
                && (other.IsKilled || other.Last is { State: not (V1.TaskState.TaskFinished or V1.TaskState.TaskKilled) }))
            ? null
            : "was killed though all went well with its group";
}
