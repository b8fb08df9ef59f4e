using Mesos.V1;
using Offerbook.Agent.Docker;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Tasks;

namespace Offerbook.Agent.Pods;

/// <summary>Looks at a task group before anything of it is started: whether this agent can run the pod and every task of it.</summary>
internal static class PodChecks
{
    /// <param name="pod">The executor that runs already under this id, if any.</param>
    public static LaunchRefusal? Examine(ExecutorOrder order, AgentExecutor? pod, AgentSettings settings) =>
        !order.IsGroup ? LaunchRefusal.Invalid("Tasks of a default executor are launched as a group, with LAUNCH_GROUP")
        : pod is { Kind: ExecutorKind.Custom } ? LaunchRefusal.Invalid(
            $"Executor '{order.Executor.ExecutorId.Value}' runs already, and it is not a default executor")
        : OfExecutor(order) ?? PodNetworkChecks.Of(order, settings)
            ?? order.Tasks.Select(OfTask).FirstOrDefault(refusal => refusal is not null);

    private static LaunchRefusal? OfExecutor(ExecutorOrder order)
    {
        if (DockerSpecs.NeedsEngine(order.Executor.Container))
        {
            return LaunchRefusal.Invalid("A default executor cannot have an image of its own; give the images to its tasks");
        }
        // It has no command of its own to look at.
        var task = ExecutorSpecs.AsTask(order.Executor, order.Tasks[0].AgentId);
        task.Command = new CommandInfo { Value = "sleep" };
        return LaunchChecks.Examine(task, mayHaveSecrets: false) is { } refusal
            ? refusal with { Message = "Executor: " + refusal.Message } : null;
    }

    private static LaunchRefusal? OfTask(TaskInfo task)
    {
        var refusal = task.Command is null && !DockerSpecs.NeedsEngine(task.Container)
            ? LaunchRefusal.Invalid("It has neither a command nor an image")
            : LaunchChecks.Examine(task);
        return refusal is null ? null : refusal with { Message = $"Task '{task.TaskId.Value}' of the group: {refusal.Message}" };
    }
}
