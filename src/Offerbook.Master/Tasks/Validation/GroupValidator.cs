using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;
using ExecutorType = Mesos.V1.ExecutorInfo.Types.Type;

namespace Offerbook.Master.Tasks.Validation;

/// <summary>The checks of a LAUNCH_GROUP: of each task, of their executor, and of all together. One fault refuses the group.</summary>
internal static class GroupValidator
{
    /// <summary>Less than this an executor of groups cannot live on.</summary>
    private const double MinCpus = 0.01;

    private const double MinMemoryMegabytes = 32;

    /// <returns>What is wrong, or null.</returns>
    public static string? Validate(Framework framework, Agent agent, GroupDraft group, ResourceBag available)
    {
        var ids = new HashSet<string>();
        foreach (var draft in group.Tasks)
        {
            var id = draft.Task.TaskId.Value;
            if ((ValidateTask(framework, agent, draft) ?? (ids.Add(id) ? null : $"Task has duplicate ID: {id}")) is { } wrong)
            {
                return $"Task '{id}' is invalid: {wrong}";
            }
        }
        return ExecutorRules.Validate(framework, agent, group.Executor, group.ExecutorResources)
            ?? ValidateExecutor(group)
            ?? ValidateTogether(group)
            ?? ValidateAmount(framework, agent, group, available)
            ?? GroupCgroups.Validate(framework, agent, group);
    }

    private static string? ValidateTask(Framework framework, Agent agent, LaunchDraft draft)
    {
        var task = draft.Task;
        if (TaskRules.Validate(framework, agent, draft) is { } wrong)
        {
            return wrong;
        }
        if (task.Container is { } container)
        {
            if (container.NetworkInfos.Count > 0 && task.HealthCheck is { Type: HealthCheck.Types.Type.Http or HealthCheck.Types.Type.Tcp })
            {
                return "HTTP and TCP health checks are not supported for nested containers not joining parent's network";
            }
            if (container.Type == ContainerInfo.Types.Type.Docker)
            {
                return "Docker ContainerInfo is not supported on the task";
            }
        }
        return task.Limits.Count > 0 && ContainerRules.SharesCgroups(task.Container)
            ? "Resource limits may only be set for tasks within a task group when the 'share_cgroups' field is set to 'false'."
            : null;
    }

    private static string? ValidateExecutor(GroupDraft group)
    {
        var executor = group.Executor;
        if (!executor.HasType)
        {
            return "'ExecutorInfo.type' must be set";
        }
        if (executor.Type == ExecutorType.Unknown)
        {
            return "Unknown executor type";
        }
        if (executor.Container?.Type == ContainerInfo.Types.Type.Docker)
        {
            return "Docker ContainerInfo is not supported on the executor";
        }
        if (group.Tasks.FirstOrDefault(draft => !executor.Equals(draft.Task.Executor)) is { } other)
        {
            return $"The `ExecutorInfo` of task '{other.Task.TaskId.Value}' is different from executor '{executor.ExecutorId.Value}'";
        }
        return ValidateMinimum($"Executor '{executor.ExecutorId.Value}' uses", group.ExecutorResources.Bag);
    }

    private static string? ValidateMinimum(string who, ResourceBag resources)
    {
        var (cpus, mem) = (resources.ScalarOf("cpus"), resources.ScalarOf("mem"));
        return cpus.ToDouble() < MinCpus ? $"{who} less CPUs ({(cpus.IsZero ? "None" : cpus.ToString())}) than the minimum required (0.01)"
            : mem.ToDouble() < MinMemoryMegabytes
            ? $"{who} less memory ({(mem.IsZero ? "None" : mem + "MB")}) than the minimum required (32MB)"
            : resources.ScalarOf("disk").IsZero ? $"{who} no disk"
            : null;
    }

    private static string? ValidateTogether(GroupDraft group)
    {
        var parts = group.Tasks.Select(draft => draft.Own.Bag).Append(group.ExecutorResources.Bag).ToArray();
        var all = group.Total + group.ExecutorResources.Bag;
        if (ResourceRules.ValidateUniqueVolumes(all) is { } duplicate)
        {
            return "Task group and executor use duplicate persistence ID: " + duplicate;
        }
        if (ResourceRules.ValidateRevocable(all) is { } mixed)
        {
            return "Task group and executor mix revocable and non-revocable resources: " + mixed;
        }
        return ResourceRules.Overlap(parts)
            ? $"There are overlapping resources in the task group's task resources [ {string.Join(", ", parts[..^1].Select(part => part.ToString()))} ]"
                + $" and/or executor resources {parts[^1]}"
            : null;
    }

    private static string? ValidateAmount(Framework framework, Agent agent, GroupDraft group, ResourceBag available)
    {
        var needed = group.Total;
        if (!agent.Executors.Contains((framework.Id, ExecutorId.From(group.Executor.ExecutorId))))
        {
            needed += group.ExecutorResources.Bag;
        }
        return available.Contains(needed)
            ? null
            : $"Total resources {needed} required by task group and its executor are more than available {available}";
    }
}
