using Offerbook.Master.Agents;
using Offerbook.Master.Tasks;
using Offerbook.Master.Tasks.Validation;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Offers;

/// <summary>LAUNCH_GROUP: all tasks of a group begin under one executor, in one event to the agent, or none does.</summary>
internal sealed class LaunchGroupOperation(TaskBook tasks, OperationOutcomes outcomes)
{
    public void Run(in Turn turn, AcceptRun run, Operation operation)
    {
        if (operation.LaunchGroup is null)
        {
            return;
        }
        var group = ResourceForms.CompleteGroup(run.Role, operation.LaunchGroup);
        var invalid = group.Tasks.Select(draft => ResourceRules.Unreadable(draft.Own)).Prepend(ResourceRules.Unreadable(group.ExecutorResources))
            .FirstOrDefault(wrong => wrong is not null);
        invalid ??= operation.Id is not null ? "The `id` field cannot be set on LAUNCH_GROUP operations"
            : GroupValidator.Validate(run.Framework, run.Agent, group, run.Usable);
        if (invalid is not null)
        {
            outcomes.Refuse(turn, run, operation, invalid);
            return;
        }
        Launch(turn, run, group);
    }

    private void Launch(in Turn turn, AcceptRun run, GroupDraft group)
    {
        var (framework, agent) = (run.Framework, run.Agent);
        if (!agent.Executors.Contains((framework.Id, ExecutorId.From(group.Executor.ExecutorId))))
        {
            tasks.AddExecutor(framework, agent, group.Executor, group.ExecutorResources.Bag);
            run.Use(group.ExecutorResources.Bag);
        }
        foreach (var draft in group.Tasks)
        {
            tasks.Launch(framework, agent, draft.Task, draft.Own.Bag);
            run.Use(draft.Own.Bag);
        }
        agent.Send(turn, AgentEvents.LaunchGroup(framework.Info, group.Executor, group.Tasks.Select(draft => draft.Task), agent.ResourceVersion));
    }
}
