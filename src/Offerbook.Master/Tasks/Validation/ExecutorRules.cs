using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Calls;
using Offerbook.Master.Frameworks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;
using ExecutorType = Mesos.V1.ExecutorInfo.Types.Type;

namespace Offerbook.Master.Tasks.Validation;

/// <summary>What the executor of a LAUNCH may be. A task brings either a command or an executor.</summary>
internal static class ExecutorRules
{
    public static string? Validate(Framework framework, Agent agent, TaskInfo task)
    {
        if ((task.Command is null) == (task.Executor is null))
        {
            return "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present";
        }
        if (task.Executor is not { } executor)
        {
            return null;
        }
        return IdentifierRules.Check(executor.ExecutorId.Value)
            ?? ValidateType(executor)
            ?? ValidateOwner(framework, executor)
            ?? ValidateResources(executor)
            ?? ContainerRules.Validate(executor.Command.Environment)
            ?? ContainerRules.Validate(executor.Container)
            ?? ValidateKnown(framework, agent, executor);
    }

    private static string? ValidateType(ExecutorInfo executor)
    {
        if (executor.HasType && executor.Type is not ExecutorType.Custom)
        {
            return "'ExecutorInfo.type' must be 'CUSTOM' in a LAUNCH operation";
        }
        return executor.Command is null ? "'ExecutorInfo.command' must be set for 'CUSTOM' executor" : null;
    }

    private static string? ValidateOwner(Framework framework, ExecutorInfo executor)
    {
        if (executor.FrameworkId is not null && executor.FrameworkId.Value != framework.Id.Value)
        {
            return $"ExecutorInfo has an invalid FrameworkID (Actual: {executor.FrameworkId.Value} vs Expected: {framework.Id})";
        }
        return executor.ShutdownGracePeriod is { Nanoseconds: < 0 }
            ? "ExecutorInfo's 'shutdown_grace_period' must be non-negative"
            : null;
    }

    private static string? ValidateResources(ExecutorInfo executor)
    {
        var resources = ResourceReader.Read(executor.Resources);
        if (!resources.IsValid)
        {
            return "Executor uses invalid resources: " + resources.Problems[0];
        }
        if (!resources.Bag.IsEmpty && resources.Bag.AllocationRole() is null)
        {
            return "Executor uses invalid resources: only one allocation role is allowed";
        }
        return (resources.Bag.Traits & ResourceTraits.Shared) != 0 ? "Executor resources must not be shared" : null;
    }

    private static string? ValidateKnown(Framework framework, Agent agent, ExecutorInfo executor)
    {
        var known = agent.Executors.Find((framework.Id, ExecutorId.From(executor.ExecutorId)));
        return known is null || known.Info.Equals(executor)
            ? null
            : $"Executor '{executor.ExecutorId.Value}' exists already on the agent with another ExecutorInfo: an id in use must carry the same one";
    }
}
