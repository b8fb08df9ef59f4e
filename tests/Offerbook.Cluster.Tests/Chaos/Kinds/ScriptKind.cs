using System.Globalization;
using V1 = Mesos.V1;

namespace Offerbook.Cluster.Tests.Chaos.Kinds;

/// <summary>Ends by itself, having said so just before.</summary>
/// <param name="line">Runs after the start mark; <c>{SECONDS}</c> is up to 3.</param>
internal class ScriptKind(string name, V1.TaskState end, string line, string endMark, string? message = null) : ChaosKind
{
    public const string Begin = "echo start $$ >>$CHAOS_MARKS; ";

    public override string Name => name;

    public override V1.TaskState End => end;

    public override ChaosLaunch Plan(ChaosPlan plan, string id) =>
        plan.Single(this, id,
            Begin + line.Replace("{SECONDS}", plan.Between(0, 3).TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture),
                StringComparison.Ordinal),
            change: Change(plan));

    public override string? JudgeEnd(ChaosTask task) =>
        task.EndMark != endMark ? $"should have written '{endMark}' before its end"
        : message is not null && task.Last!.Message != message ? $"should say '{message}'"
        : null;

    protected virtual Action<V1.TaskInfo>? Change(ChaosPlan plan) => null;
}
