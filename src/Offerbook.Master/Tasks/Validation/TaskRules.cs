using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Calls;
using Offerbook.Master.Frameworks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tasks.Validation;

/// <summary>
/// The checks of any task, alone or in a group, in the order of the reference; the first that fails becomes the text of TASK_ERROR.
/// </summary>
internal static class TaskRules
{
    /// <returns>What is wrong, or null.</returns>
    public static string? Validate(Framework framework, Agent agent, LaunchDraft draft)
    {
        var task = draft.Task;
        return IdentifierRules.Check(task.TaskId.Value)
            ?? ValidateUnique(framework, task)
            ?? ValidateAgent(agent, task)
            ?? ValidateDurations(task)
            ?? CheckRules.Validate(task.Check)
            ?? CheckRules.Validate(task.HealthCheck)
            ?? ValidateResources(task, draft.Own)
            ?? CommandRules.Validate(task.Command, "Task")
            ?? ContainerRules.Validate(task.Container, "Task")
            ?? LimitRules.Validate(agent, task, draft.Own.Bag);
    }

    private static string? ValidateUnique(Framework framework, TaskInfo task)
    {
        var id = TaskId.From(task.TaskId);
        if (framework.Tasks.Contains(id))
        {
            return $"Task has duplicate ID: {id}";
        }
        return framework.UnreachableTasks.Contains(id) ? $"Task reuses the ID of an unreachable task: {id}" : null;
    }

    private static string? ValidateAgent(Agent agent, TaskInfo task) => task.AgentId.Value == agent.Id.Value
        ? null
        : $"Task uses invalid agent {task.AgentId.Value} while agent {agent.Id} is expected";

    private static string? ValidateDurations(TaskInfo task)
    {
        if (task.KillPolicy?.GracePeriod is { Nanoseconds: < 0 })
        {
            return "Task's 'kill_policy.grace_period' must be non-negative";
        }
        return task.MaxCompletionTime is { Nanoseconds: < 0 } ? "Task's `max_completion_time` must be non-negative" : null;
    }

    private static string? ValidateResources(TaskInfo task, BagReading reading)
    {
        var bag = reading.Bag;
        if (task.Resources.Count == 0)
        {
            return "Task uses no resources";
        }
        return ResourceRules.Validate(task.Resources, reading) is { } wrong ? "Task uses invalid resources: " + wrong
            : ResourceRules.ValidateUniqueVolumes(bag) is { } duplicate ? "Task uses duplicate persistence ID: " + duplicate
            : ResourceRules.ValidateSingleRole(task.Resources) is { } roles ? "Invalid task resources: " + roles
            : ResourceRules.ValidateRevocable(bag) is { } mixed ? "Task mixes revocable and non-revocable resources: " + mixed
            : null;
    }
}
