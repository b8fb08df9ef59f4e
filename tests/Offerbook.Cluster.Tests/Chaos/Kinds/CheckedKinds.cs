using V1 = Mesos.V1;

namespace Offerbook.Cluster.Tests.Chaos.Kinds;

/// <summary>Is healthy once it has made a file, and ends by itself.</summary>
internal sealed class HealthyKind() : ScriptKind("healthy", V1.TaskState.TaskFinished,
    "touch well; sleep {SECONDS}; echo end 0 >>$CHAOS_MARKS", "end 0")
{
    protected override Action<V1.TaskInfo> Change(ChaosPlan plan) => info =>
        info.HealthCheck = Checks.Command("test -e well", graceSeconds: 60);
}

/// <summary>Never healthy: its agent ends it, whichever of the agents that come and go.</summary>
internal sealed class SickKind : ChaosKind
{
    public override string Name => "sick";

    public override V1.TaskState End => V1.TaskState.TaskKilled;

    public override ChaosLaunch Plan(ChaosPlan plan, string id) =>
        plan.Single(this, id, ScriptKind.Begin + "exec sleep 3600", change: info =>
    {
        info.HealthCheck = Checks.Command("exit 1", graceSeconds: 0);
        info.KillPolicy = Grace.Of(0.5);
    });

    public override string? JudgeKilled(ChaosTask task) =>
        task.Last is { HasHealthy: true, Healthy: false } ? null : "should be told as unhealthy";
}

/// <summary>Ended by its agent after a second.</summary>
internal sealed class OvertimeKind : ChaosKind
{
    public override string Name => "overtime";

    public override V1.TaskState End => V1.TaskState.TaskFailed;

    public override bool LeavesMarks => false; // A slow machine may reach the end of its time before its first line.

    public override ChaosLaunch Plan(ChaosPlan plan, string id) =>
        plan.Single(this, id, ScriptKind.Begin + "exec sleep 3600", change: info =>
    {
        info.MaxCompletionTime = new V1.DurationInfo { Nanoseconds = 1_500_000_000 };
        info.KillPolicy = Grace.Of(0.5);
    });

    public override string? JudgeEnd(ChaosTask task) =>
        task.Last!.Reason == V1.TaskStatus.Types.Reason.MaxCompletionTimeReached || !task.HasRun
        ? null
        : "should have reached the end of its time";
}

/// <summary>There is nothing to run.</summary>
internal sealed class MissingProgramKind : ChaosKind
{
    public override string Name => "missing";

    public override V1.TaskState End => V1.TaskState.TaskFailed;

    public override bool LeavesMarks => false;

    public override ChaosLaunch Plan(ChaosPlan plan, string id) =>
        plan.Single(this, id, "/no/such/program", change: info => info.Command.Shell = false);

    public override string? JudgeEnd(ChaosTask task) => task.Starts == 0 ? null : "runs something";
}

internal static class Checks
{
    public static V1.HealthCheck Command(string line, double graceSeconds) => new()
    {
        Type = V1.HealthCheck.Types.Type.Command,
        Command = new V1.CommandInfo { Value = line },
        DelaySeconds = 0, IntervalSeconds = 0.3, TimeoutSeconds = 20, ConsecutiveFailures = 2, GracePeriodSeconds = graceSeconds,
    };
}
