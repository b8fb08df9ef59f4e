using V1 = Mesos.V1;

namespace Offerbook.Cluster.Tests.Chaos.Kinds;

/// <summary>Runs until the framework kills it, some time after it runs.</summary>
internal class KilledKind(string name, string line, double lastSeconds) : ChaosKind
{
    public override string Name => name;

    public override V1.TaskState End => V1.TaskState.TaskKilled;

    public override ChaosLaunch Plan(ChaosPlan plan, string id) =>
        plan.Single(this, id, ScriptKind.Begin + line, killAfter: plan.Between(0, lastSeconds), change: info =>
        {
            info.KillPolicy = Grace.Of(0.7);
            Change(plan, info);
        });

    public override string? JudgeKilled(ChaosTask task) => task.IsKilled ? null : "was killed before anybody wished so";

    protected virtual void Change(ChaosPlan plan, V1.TaskInfo info)
    {
    }
}

/// <summary>Killed while it is being launched: whether it ever ran is open, but not that it ends.</summary>
internal sealed class KilledAtLaunchKind : ChaosKind
{
    public override string Name => "killed-at-launch";

    public override V1.TaskState End => V1.TaskState.TaskKilled;

    public override ChaosLaunch Plan(ChaosPlan plan, string id) =>
        plan.Single(this, id, ScriptKind.Begin + "exec sleep 3600", killedAtLaunch: true, change: info => info.KillPolicy = Grace.Of(0.5));
}

internal static class Grace
{
    public static V1.KillPolicy Of(double seconds) => new() { GracePeriod = new V1.DurationInfo { Nanoseconds = (long)(seconds * 1e9) } };
}
