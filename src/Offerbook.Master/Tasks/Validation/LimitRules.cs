using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Resources;

namespace Offerbook.Master.Tasks.Validation;

/// <summary>What a task may use at most, over what it asks for. Infinity is a limit too.</summary>
internal static class LimitRules
{
    public static string? Validate(Agent agent, TaskInfo task, ResourceBag resources)
    {
        if (task.Limits.Count == 0)
        {
            return null;
        }
        if (agent.Capabilities.All(capability => capability.Type != AgentInfo.Types.Capability.Types.Type.TaskResourceLimits))
        {
            return "Agent is not capable of handling task resource limits";
        }
        if (task.Limits.Keys.Any(name => name is not ("cpus" or "mem")))
        {
            return "Only cpus and mem may be included in a task's resource limits";
        }
        return Validate(task, resources, "cpus", "CPU", "cpu") ?? Validate(task, resources, "mem", "memory", "memory");
    }

    private static string? Validate(TaskInfo task, ResourceBag resources, string name, string title, string plain)
    {
        if (!task.Limits.TryGetValue(name, out var limit))
        {
            return null;
        }
        var requested = resources.ScalarOf(name);
        if (requested.IsZero)
        {
            return $"When a {title} limit is specified, a {title} request must also be specified";
        }
        return limit.Value >= requested.ToDouble() ? null : $"The {plain} limit must be greater than or equal to the {plain} request";
    }
}
