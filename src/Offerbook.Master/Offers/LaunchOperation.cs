using Offerbook.Master.Agents;
using Offerbook.Master.Authorization;
using Offerbook.Master.Tasks;
using Offerbook.Master.Tasks.Validation;
using Offerbook.Wire.Identity;
using Mesos.V1;

namespace Offerbook.Master.Offers;

/// <summary>
/// LAUNCH: each task stands for itself; one that is refused does not stop the others. Only resources that cannot be resources
/// refuse the whole operation.
/// </summary>
internal sealed class LaunchOperation(Authorizer authorizer, TaskBook tasks, OperationOutcomes outcomes)
{
    public void Run(in Turn turn, AcceptRun run, Operation operation)
    {
        if (operation.Launch is null)
        {
            return;
        }
        var drafts = operation.Launch.TaskInfos.Select(task => LaunchDraft.Alone(ResourceForms.Complete(run.Framework, run.Role, task)))
            .ToList();
        var invalid = drafts.Select(draft => ResourceRules.Unreadable(draft.Own) ?? ResourceRules.Unreadable(draft.Executor))
            .FirstOrDefault(wrong => wrong is not null)
            ?? (operation.Id is null ? null : "The `id` field cannot be set on LAUNCH operations");
        if (invalid is not null)
        {
            outcomes.Refuse(turn, run, operation, invalid);
            return;
        }
        foreach (var draft in drafts)
        {
            Launch(turn, run, draft);
        }
    }

    private void Launch(in Turn turn, AcceptRun run, LaunchDraft draft)
    {
        var (framework, agent) = (run.Framework, run.Agent);
        if (OperationPermissions.ForbiddenUser(authorizer, framework, draft.Task) is { } user)
        {
            outcomes.Tell(turn, framework, draft.Task, TaskState.TaskError, Reason.TaskUnauthorized,
                $"Not authorized to launch as user '{user}'");
            return;
        }
        if (LaunchValidator.Validate(framework, agent, draft, run.Usable) is { } invalid)
        {
            outcomes.Tell(turn, framework, draft.Task, TaskState.TaskError, Reason.TaskInvalid, invalid);
            return;
        }
        bool? launchExecutor = draft.Task.Executor is { } executor
            ? !agent.Executors.Contains((framework.Id, ExecutorId.From(executor.ExecutorId))) : null;
        if (launchExecutor == true)
        {
            tasks.AddExecutor(framework, agent, draft.Task.Executor!, draft.Executor.Bag);
            run.Use(draft.Executor.Bag);
        }
        tasks.Launch(framework, agent, draft.Task, draft.Own.Bag);
        run.Use(draft.Own.Bag);
        agent.Send(turn, AgentEvents.Launch(framework.Info, draft.Task, agent.ResourceVersion, launchExecutor));
    }
}
