using System.Globalization;
using Google.Protobuf;
using V1 = Mesos.V1;

namespace Offerbook.Cluster.Tests.Chaos.Kinds;

/// <summary>Three tasks of one executor, a Python program that speaks the executor API; see executor.py.</summary>
internal sealed class ExecutorKind : ChaosKind
{
    private static readonly ExecutorTaskKind Finish = new("executor-finish", V1.TaskState.TaskFinished, "end 0");
    private static readonly ExecutorTaskKind Fail = new("executor-fail", V1.TaskState.TaskFailed, "end failed");
    private static readonly ExecutorTaskKind Stay = new("executor-killed", V1.TaskState.TaskKilled, null);

    public override string Name => "executor";

    public override V1.TaskState End => V1.TaskState.TaskFinished;

    public override ChaosLaunch Plan(ChaosPlan plan, string id)
    {
        var executor = new V1.ExecutorInfo
        {
            Type = V1.ExecutorInfo.Types.Type.Custom,
            ExecutorId = new V1.ExecutorID { Value = id }, Name = id, Resources = { ChaosPlan.Resources(0.1, 64) },
            Command = new V1.CommandInfo
            {
                Value = $"exec python3 {Path.Combine(AppContext.BaseDirectory, "executor.py")}",
                Environment = plan.Environment(id, plan.Marks),
            },
            ShutdownGracePeriod = new V1.DurationInfo { Nanoseconds = 3_000_000_000 },
        };
        return new ChaosLaunch((ChaosTask[])
        [
            Task(plan, Finish, $"{id}-finish", Data("finish", plan.Between(0, 3)), executor),
            Task(plan, Fail, $"{id}-fail", Data("fail", plan.Between(0, 3)), executor),
            Task(plan, Stay, $"{id}-stay", "stay", executor, plan.Between(0, 4)),
        ])
        { EndsWithItsTasks = executor.ExecutorId };
    }

    private static string Data(string what, TimeSpan after) =>
        $"{what} {after.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture)}";

    private static ChaosTask Task(ChaosPlan plan, ChaosKind kind, string id, string data, V1.ExecutorInfo executor,
        TimeSpan? killAfter = null) =>
        plan.Task(kind, id, "", killAfter, change: info =>
        {
            info.Command = null;
            info.Executor = executor;
            info.Data = ByteString.CopyFromUtf8(data);
        });
}

/// <summary>A task inside an executor.</summary>
internal sealed class ExecutorTaskKind(string name, V1.TaskState end, string? endMark) : ChaosKind
{
    public override string Name => name;

    public override V1.TaskState End => end;

    public override ChaosLaunch Plan(ChaosPlan plan, string id) => throw new NotSupportedException("launched by " + nameof(ExecutorKind));

    public override string? JudgeEnd(ChaosTask task) => task.EndMark == endMark ? null : $"should have written '{endMark}' before its end";

    public override string? JudgeKilled(ChaosTask task) => task.IsKilled ? null : "was killed before anybody wished so";
}
