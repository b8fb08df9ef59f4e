using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Sandbox;
using Offerbook.Agent.Tasks;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Executors;

/// <summary>Executors in the agent's snapshot.</summary>
internal static class ExecutorSnapshots
{
    public static AgentSnapshot.Types.Executor Capture(AgentExecutor executor) => new()
    {
        Admitted = executor.Admitted, ShuttingDown = executor.ShuttingDown, Silenced = executor.Silenced, Groups = executor.Groups,
        Engaged = executor.Engaged,
    };

    public static AgentExecutor Restore(AgentSnapshot.Types.Executor captured) => new(captured.Admitted)
    {
        ShuttingDown = captured.ShuttingDown, Silenced = captured.Silenced, Groups = captured.Groups, Engaged = captured.Engaged,
    };

    public static AgentSnapshot.Types.FinishedExecutor Capture(FinishedExecutor run) => new()
    {
        Info = run.Info, AgentId = run.Sandbox.Agent.ToProto(), ContainerId = run.Sandbox.Container.Value,
        EndedNanoseconds = run.EndedNanoseconds,
    };

    public static FinishedExecutor Restore(FrameworkId framework, AgentSnapshot.Types.FinishedExecutor captured) => new(
        captured.Info,
        new SandboxPath(AgentId.From(captured.AgentId), framework, ExecutorId.From(captured.Info.ExecutorId),
            new ContainerId(captured.ContainerId)),
        captured.EndedNanoseconds);

    /// <summary>What a task of an executor has besides.</summary>
    public static void Capture(AgentTask task, AgentSnapshot.Types.Task captured)
    {
        if (task.HasExecutor)
        {
            captured.ExecutorId = task.Executor.ToProto();
        }
        if (task.SharesContainer)
        {
            captured.SharesContainer = true;
        }
        if (task.Group is { } group)
        {
            captured.Group = group;
        }
        captured.Reported.AddRange(task.Reported);
    }
}
