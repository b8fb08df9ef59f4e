using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Authorization;
using Offerbook.Master.Tasks;
using Offerbook.Master.Tasks.Validation;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Offers;

/// <summary>LAUNCH_GROUP: all tasks of a group begin under one executor, in one event to the agent, or none does.</summary>
internal sealed class LaunchGroupOperation(Authorizer authorizer, TaskBook tasks, OperationOutcomes outcomes)
{
    public void Run(in Turn turn, AcceptRun run, Operation operation)
    {
        if (operation.LaunchGroup is null)
        {
            return;
        }
        var group = ResourceForms.CompleteGroup(run.Role, operation.LaunchGroup);
        var invalid = group.Tasks.Select(draft => ResourceRules.Unreadable(draft.Own))
            .Prepend(ResourceRules.Unreadable(group.ExecutorResources))
            .FirstOrDefault(wrong => wrong is not null);
        invalid ??= operation.Id is not null ? "The `id` field cannot be set on LAUNCH_GROUP operations"
            : GroupValidator.Validate(run.Framework, run.Agent, group, run.Usable);
        if (invalid is not null)
        {
            outcomes.Refuse(turn, run, operation, invalid);
            return;
        }
        if (!Forbids(turn, run, group))
        {
            Launch(turn, run, group);
        }
    }

    /// <summary>A group in which one task may not run as its user does not run.</summary>
    private bool Forbids(in Turn turn, AcceptRun run, GroupDraft group)
    {
        foreach (var draft in group.Tasks)
        {
            if (OperationPermissions.ForbiddenUser(authorizer, run.Framework, draft.Task) is { } user)
            {
                foreach (var other in group.Tasks)
                {
                    outcomes.Tell(turn, run.Framework, other.Task, TaskState.TaskError, Reason.TaskGroupUnauthorized,
                        $"Task '{draft.Task.TaskId.Value}' is not authorized to launch as user '{user}'");
                }
                return true;
            }
        }
        return false;
    }

    private void Launch(in Turn turn, AcceptRun run, GroupDraft group)
    {
        var (framework, agent) = (run.Framework, run.Agent);
        var launchExecutor = !agent.Executors.Contains((framework.Id, ExecutorId.From(group.Executor.ExecutorId)));
        if (launchExecutor)
        {
            tasks.AddExecutor(framework, agent, group.Executor, group.ExecutorResources.Bag);
            run.Use(group.ExecutorResources.Bag);
        }
        foreach (var draft in group.Tasks)
        {
            tasks.Launch(framework, agent, draft.Task, draft.Own.Bag);
            run.Use(draft.Own.Bag);
        }
        agent.Send(turn,
            AgentEvents.LaunchGroup(framework.Info, group.Executor, group.Tasks.Select(draft => draft.Task), agent.ResourceVersion,
            launchExecutor));
    }
}
