using Offerbook.Cluster.Tests.Chaos.Kinds;
using V1 = Mesos.V1;

namespace Offerbook.Cluster.Tests.Chaos;

/// <summary>Every kind of task that takes part.</summary>
internal static class ChaosKinds
{
    public static IReadOnlyList<ChaosKind> All { get; } =
    [
        new ScriptKind("finish", V1.TaskState.TaskFinished, "sleep {SECONDS}; echo end 0 >>$CHAOS_MARKS", endMark: "end 0"),
        new ScriptKind("instant", V1.TaskState.TaskFinished, "echo end 0 >>$CHAOS_MARKS", endMark: "end 0"),
        new ScriptKind("fail", V1.TaskState.TaskFailed, "sleep {SECONDS}; echo end 3 >>$CHAOS_MARKS; exit 3", endMark: "end 3",
            message: "Command exited with status 3"),
        new ScriptKind("crash", V1.TaskState.TaskFailed, "sleep {SECONDS}; echo end crash >>$CHAOS_MARKS; kill -SEGV $$",
            endMark: "end crash",
            message: "Command terminated with signal Segmentation fault"),
        new ScriptKind("litter", V1.TaskState.TaskFinished, "sleep 3600 & " + Litter.Daemon + "sleep {SECONDS}; echo end 0 >>$CHAOS_MARKS",
            endMark: "end 0"),
        new FetchKind(),
        new KilledKind("killed", "exec sleep 3600", lastSeconds: 4),
        new KilledKind("killed-politely", "trap 'echo end asked >>$CHAOS_MARKS; exit 0' TERM; sleep 3600 & wait", lastSeconds: 4),
        new KilledKind("stubborn", "trap '' TERM; while :; do sleep 1; done", lastSeconds: 3),
        new KilledAtLaunchKind(),
        new HealthyKind(),
        new SickKind(),
        new OvertimeKind(),
        new MissingProgramKind(),
        new ExecutorKind(),
        new PodKind(),
        new FailingPodKind(),
        new KilledPodKind(),
        new SharedPodKind(),
        new DockerScriptKind("docker-finish", V1.TaskState.TaskFinished, "sleep {SECONDS}; echo end 0 >>$CHAOS_MARKS", "end 0"),
        new DockerScriptKind("docker-fail", V1.TaskState.TaskFailed, "sleep {SECONDS}; echo end 3 >>$CHAOS_MARKS; exit 3", "end 3"),
        new DockerKilledKind("docker-killed", "exec sleep 3600"),
    ];
}
