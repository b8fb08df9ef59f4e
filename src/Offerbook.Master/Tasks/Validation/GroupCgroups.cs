using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tasks.Validation;

/// <summary>All tasks under one executor share its cgroups, or none does.</summary>
internal static class GroupCgroups
{
    public static string? Validate(Framework framework, Agent agent, GroupDraft group)
    {
        if (ContainerRules.AsksToShareCgroups(group.Executor.Container))
        {
            return "The 'share_cgroups' field cannot be set to 'true' on executor containers";
        }
        var containers = group.Tasks.Select(draft => (ContainerInfo?)draft.Task.Container);
        var id = ExecutorId.From(group.Executor.ExecutorId);
        if (agent.Executors.Contains((framework.Id, id)))
        {
            // Only the agent's tasks: a framework may have a hundred thousand.
            containers = containers.Concat(agent.Tasks.Where(task => task.Framework == framework.Id && task.Model.Executor == id)
                .Select(task => task.Model.Spec.Container));
        }
        return containers.Select(ContainerRules.SharesCgroups).Distinct().Count() > 1
            ? "If set, the value of 'share_cgroups' must be the same for all tasks in each task group and under a single executor"
            : null;
    }
}
