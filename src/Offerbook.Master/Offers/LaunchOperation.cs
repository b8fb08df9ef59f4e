using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Master.Tasks;
using Offerbook.Master.Tasks.Validation;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Offers;

/// <summary>LAUNCH: each task stands for itself; one that is refused does not stop the others.</summary>
internal sealed class LaunchOperation(TaskBook tasks, OperationOutcomes outcomes)
{
    public void Run(in Turn turn, AcceptRun run, Operation operation)
    {
        if (operation.Id is not null)
        {
            outcomes.Refuse(turn, run, operation, "The 'id' field cannot be set on LAUNCH operations");
            return;
        }
        foreach (var task in operation.Launch?.TaskInfos ?? [])
        {
            Launch(turn, run, task);
        }
    }

    private void Launch(in Turn turn, AcceptRun run, TaskInfo info)
    {
        var (framework, agent) = (run.Framework, run.Agent);
        var task = ResourceForms.Complete(framework, run.Role, info);
        var resources = ResourceReader.Read(task.Resources);
        var invalid = TaskValidator.Validate(framework, agent, task, resources);
        var needed = resources.Bag;
        var executorResources = ResourceBag.Empty;
        if (invalid is null && IsNew(framework, agent, task.Executor))
        {
            executorResources = ResourceReader.Read(task.Executor.Resources).Bag;
            needed += executorResources;
        }
        if (invalid is null && !run.Remaining.Contains(needed))
        {
            invalid = $"Total resources {needed} required by task and its executor is more than available {run.Remaining}";
        }
        if (invalid is not null)
        {
            outcomes.Tell(turn, framework, task, TaskState.TaskError, Reason.TaskInvalid, invalid);
            return;
        }
        if (IsNew(framework, agent, task.Executor))
        {
            tasks.AddExecutor(framework, agent, task.Executor, executorResources);
        }
        tasks.Launch(framework, agent, task, resources.Bag);
        agent.Send(turn, AgentEvents.Launch(framework.Info, task));
        run.Use(needed);
    }

    private static bool IsNew(Framework framework, Agent agent, ExecutorInfo? executor) =>
        executor is not null && !agent.Executors.Contains((framework.Id, ExecutorId.From(executor.ExecutorId)));
}
