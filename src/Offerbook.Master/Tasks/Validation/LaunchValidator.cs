using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;
using ExecutorType = Mesos.V1.ExecutorInfo.Types.Type;

namespace Offerbook.Master.Tasks.Validation;

/// <summary>The checks of a task in a LAUNCH. It brings either a command or an executor of its own.</summary>
internal static class LaunchValidator
{
    /// <param name="available">What may be used.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? Validate(Framework framework, Agent agent, LaunchDraft draft, ResourceBag available) =>
        TaskRules.Validate(framework, agent, draft)
        ?? ValidateExecutor(framework, agent, draft)
        ?? ValidateTogether(draft)
        ?? ValidateAmount(framework, agent, draft, available)
        ?? (ContainerRules.SharesCgroups(draft.Task.Container)
            ? null : "Only tasks in a task group may have 'share_cgroups' set to 'false'");

    private static string? ValidateExecutor(Framework framework, Agent agent, LaunchDraft draft)
    {
        var task = draft.Task;
        if ((task.Command is null) == (task.Executor is null))
        {
            return "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present";
        }
        if (task.Executor is not { } executor)
        {
            return null;
        }
        return ExecutorRules.Validate(framework, agent, executor, draft.Executor)
            ?? (executor.HasType && executor.Type != ExecutorType.Custom ? "'ExecutorInfo.type' must be 'CUSTOM'"
                : executor.Command is null ? "'ExecutorInfo.command' must be set"
                : (draft.Executor.Bag.Traits & ResourceTraits.Shared) != 0
                    ? $"Executor resources {draft.Executor.Bag} should not contain any shared resources"
                : ContainerRules.AsksToShareCgroups(executor.Container)
                ? "The 'share_cgroups' field cannot be set to 'true' on executor containers"
                : null);
    }

    private static string? ValidateTogether(LaunchDraft draft)
    {
        var (resources, executor) = (draft.Own.Bag, draft.Executor.Bag);
        if (executor.IsEmpty)
        {
            return null;
        }
        if (ResourceRules.Overlap(resources, executor))
        {
            return $"There are overlapping resources in the task resources {resources} and executor resources {executor}";
        }
        var all = resources + executor;
        return ResourceRules.ValidateUniqueVolumes(all) is { } duplicate
            ? "Task and its executor use duplicate persistence ID: " + duplicate
            : ResourceRules.ValidateRevocable(all) is { } mixed
            ? "Task and its executor mix revocable and non-revocable resources: " + mixed
            : null;
    }

    private static string? ValidateAmount(Framework framework, Agent agent, LaunchDraft draft, ResourceBag available)
    {
        var needed = draft.Own.Bag;
        if (draft.Task.Executor is { } executor && !agent.Executors.Contains((framework.Id, ExecutorId.From(executor.ExecutorId))))
        {
            needed += draft.Executor.Bag;
        }
        return available.Contains(needed)
            ? null
            : $"Total resources {needed} required by task and its executor is more than available {available}";
    }
}
