using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Calls;
using Offerbook.Master.Frameworks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;
using ExecutorType = Mesos.V1.ExecutorInfo.Types.Type;

namespace Offerbook.Master.Tasks.Validation;

/// <summary>What any executor may be, of a single task or of a group, in the order of the reference.</summary>
internal static class ExecutorRules
{
    private const string Rule = "------------------------------------------------------------";

    /// <param name="resources">Those of the executor, read.</param>
    public static string? Validate(Framework framework, Agent agent, ExecutorInfo executor, BagReading resources) =>
        ValidateType(executor)
        ?? IdentifierRules.Check(executor.ExecutorId.Value)
        ?? (executor.ShutdownGracePeriod is { Nanoseconds: < 0 } ? "ExecutorInfo's 'shutdown_grace_period' must be non-negative" : null)
        ?? CommandRules.Validate(executor.Command, "Executor")
        ?? ContainerRules.Validate(executor.Container, "Executor")
        ?? ValidateOwner(framework, executor)
        ?? ValidateResources(executor, resources)
        ?? ValidateKnown(framework, agent, executor);

    private static string? ValidateType(ExecutorInfo executor) => executor.Type switch
    {
        ExecutorType.Default => executor.Command is not null ? "'ExecutorInfo.command' must not be set for 'DEFAULT' executor"
            : executor.Container is not { } container ? null
            : container.Type != ContainerInfo.Types.Type.Mesos ? "'ExecutorInfo.container.type' must be 'MESOS' for 'DEFAULT' executor"
            : container.Mesos?.Image is not null ? "'ExecutorInfo.container.mesos.image' must not be set for 'DEFAULT' executor"
            : null,
        ExecutorType.Custom => executor.Command is null ? "'ExecutorInfo.command' must be set for 'CUSTOM' executor" : null,
        _ => null,
    };

    private static string? ValidateOwner(Framework framework, ExecutorInfo executor)
    {
        if (executor.FrameworkId is null)
        {
            return "'ExecutorInfo.framework_id' must be set";
        }
        return executor.FrameworkId.Value == framework.Id.Value
            ? null
            : $"ExecutorInfo has an invalid FrameworkID (Actual: {executor.FrameworkId.Value} vs Expected: {framework.Id})";
    }

    private static string? ValidateResources(ExecutorInfo executor, BagReading reading)
    {
        if (ResourceRules.Validate(executor.Resources, reading) is { } wrong)
        {
            return "Executor uses invalid resources: " + wrong;
        }
        var bag = reading.Bag;
        return ResourceRules.ValidateUniqueVolumes(bag) is { } duplicate ? "Executor uses duplicate persistence ID: " + duplicate
            : ResourceRules.ValidateSingleRole(executor.Resources) is { } roles ? "Invalid executor resources: " + roles
            : ResourceRules.ValidateRevocable(bag) is { } mixed ? "Executor mixes revocable and non-revocable resources: " + mixed
            : null;
    }

    private static string? ValidateKnown(Framework framework, Agent agent, ExecutorInfo executor)
    {
        var known = agent.Executors.Find((framework.Id, ExecutorId.From(executor.ExecutorId)));
        return known is null || known.Info.Equals(executor)
            ? null
            : "ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID.\n"
                + $"{Rule}\nExisting ExecutorInfo:\n{known.Info}\n{Rule}\nExecutorInfo:\n{executor}\n{Rule}\n";
    }
}
