using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Calls;
using Offerbook.Master.Frameworks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tasks.Validation;

/// <summary>
/// The checks of a task in a LAUNCH, in the order of the reference; the first that fails becomes the text of TASK_ERROR.
/// </summary>
internal static class TaskValidator
{
    /// <param name="resources">Those of the task, read.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? Validate(Framework framework, Agent agent, TaskInfo task, BagReading resources) =>
        IdentifierRules.Check(task.TaskId.Value)
        ?? ValidateUnique(framework, task)
        ?? ValidateAgent(agent, task)
        ?? ValidateDurations(task)
        ?? CheckRules.Validate(task.Check)
        ?? CheckRules.Validate(task.HealthCheck)
        ?? ValidateResources(resources)
        ?? ContainerRules.Validate(task.Command?.Environment)
        ?? ContainerRules.Validate(task.Container)
        ?? ValidateLimits(agent, task, resources.Bag)
        ?? ExecutorRules.Validate(framework, agent, task);

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
        return task.MaxCompletionTime is { Nanoseconds: < 0 } ? "Task's 'max_completion_time' must be non-negative" : null;
    }

    private static string? ValidateResources(BagReading resources)
    {
        if (!resources.IsValid)
        {
            return "Task uses invalid resources: " + resources.Problems[0];
        }
        var bag = resources.Bag;
        if (bag.IsEmpty)
        {
            return "Task uses no resources";
        }
        if (bag.AllocationRole() is null)
        {
            return "Task uses invalid resources: The resources have multiple allocation roles ('"
                + string.Join("', '", bag.AllocationRoles()) + "') but only one allocation role is allowed";
        }
        var volumes = new HashSet<(string?, string?)>();
        foreach (var entry in bag)
        {
            if (entry.Kind.IsPersistentVolume && !volumes.Add((entry.Kind.ReservationRole, entry.Kind.Disk!.PersistenceId)))
            {
                return $"Task uses duplicate persistence ID {entry.Kind.Disk.PersistenceId} within one role";
            }
            if (entry.Kind.IsRevocable && !bag.Named(entry.Name).NonRevocable().IsEmpty)
            {
                return $"Task (and its executor, if exists) uses both revocable and non-revocable {entry.Name}";
            }
        }
        return null;
    }

    private static string? ValidateLimits(Agent agent, TaskInfo task, ResourceBag resources)
    {
        if (task.Limits.Count == 0)
        {
            return null;
        }
        if (agent.Capabilities.All(capability => capability.Type != AgentInfo.Types.Capability.Types.Type.TaskResourceLimits))
        {
            return "Task resource limits are not supported by the agent";
        }
        foreach (var name in task.Limits.Keys.Order(StringComparer.Ordinal))
        {
            if (name is not ("cpus" or "mem"))
            {
                return $"Resource limits are only supported for 'cpus' and 'mem', not for '{name}'";
            }
            var requested = resources.ScalarOf(name);
            if (requested.IsZero)
            {
                return $"A resource limit of '{name}' needs a request of '{name}'";
            }
            var limit = task.Limits[name].Value;
            if (double.IsNaN(limit) || limit < requested.ToDouble())
            {
                return $"The limit of '{name}' ({limit}) must not be less than its request ({requested})";
            }
        }
        return null;
    }
}
