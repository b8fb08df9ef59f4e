using Mesos.V1;

namespace Offerbook.Agent.Executors;

/// <summary>Executors for readers.</summary>
internal static class ExecutorViews
{
    public static ExecutorView Of(AgentExecutor executor) => new(
        executor.Info, executor.Kind, executor.Phase, executor.Sandbox,
        [.. executor.Runtime.Queue.SelectMany(launch => launch.Tasks).Select(task => task.Key.Task)]);

    public static ExecutorView Of(FinishedExecutor run) => new(
        run.Info, run.Info.Type == ExecutorInfo.Types.Type.Default
            ? ExecutorKind.Default : ExecutorKind.Custom, ExecutorPhase.Terminated, run.Sandbox, []);
}
