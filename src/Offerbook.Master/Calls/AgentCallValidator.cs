using Mesos.V1;
using Offerbook.Master.Operations;
using Offerbook.Resources;
using Type = Offerbook.Wire.AgentProtocol.Call.Types.Type;

namespace Offerbook.Master.Calls;

/// <summary>The checks of an agent's call that need nothing but the call itself.</summary>
internal static class AgentCallValidator
{
    public const string Prefix = "Failed to validate agent Call: ";

    private const int UuidLength = 16;

    /// <returns>What is wrong, without the prefix; null when nothing is.</returns>
    public static string? Validate(AgentCall call)
    {
        if (call.Type == Type.Subscribe)
        {
            return call.Subscribe is null ? Missing("subscribe") : ValidateSubscribe(call);
        }
        if (string.IsNullOrEmpty(call.AgentId?.Value))
        {
            return Missing("agent_id");
        }
        return call.Type switch
        {
            Type.Update => call.Update is null
                ? Missing("update")
                : call.FurtherUpdates.Prepend(call.Update).Select(update => ValidateUpdate(update.Status, update.LatestState))
                    .FirstOrDefault(problem => problem is not null),
            Type.UpdateOperationStatus =>
                call.OperationUpdate is null ? Missing("operation_update") : ValidateOperationUpdate(call.OperationUpdate),
            Type.UpdateResources => call.ResourcesUpdate is null ? Missing("resources_update") : ValidateResources(call.ResourcesUpdate),
            Type.UpdateCondition when call.Condition is null => Missing("condition"),
            Type.Message when call.Message is null => Missing("message"),
            Type.ExecutorExited when call.ExecutorExited is null => Missing("executor_exited"),
            _ => null,
        };
    }

    private static string? ValidateSubscribe(AgentCall call)
    {
        var subscribe = call.Subscribe;
        var info = subscribe.AgentInfo;
        if (info.Hostname.Length == 0)
        {
            return "'subscribe.agent_info.hostname' must not be empty";
        }
        if (call.AgentId is not null && info.Id is not null && call.AgentId.Value != info.Id.Value)
        {
            return "'agent_id' differs from 'subscribe.agent_info.id'";
        }
        var id = call.AgentId ?? info.Id;
        if (!string.IsNullOrEmpty(id?.Value) && IdentifierRules.Check(id.Value) is { } badId)
        {
            return badId;
        }
        if (AgentTotals.Of(info, subscribe.CheckpointedResources, subscribe.OversubscribedResources).Problem is { } resources)
        {
            return "Total resources are invalid: " + resources;
        }
        if (subscribe.Operations.Any(operation => operation.Uuid.Value.Length != OperationUuid.Length))
        {
            return "Every operation in 'subscribe.operations' must have a uuid of 16 bytes";
        }
        if (subscribe.Frameworks.Any(framework => string.IsNullOrEmpty(framework.Id?.Value)))
        {
            return "Every framework in 'subscribe.frameworks' must have its id set";
        }
        if (FindBadId(subscribe) is { } wrong)
        {
            return wrong;
        }
        var known = subscribe.Frameworks.Select(framework => framework.Id.Value).ToHashSet();
        var orphan = subscribe.Tasks.FirstOrDefault(task => !known.Contains(task.FrameworkId.Value));
        return orphan is null ? null : $"Task '{orphan.TaskId.Value}' is of a framework that 'subscribe.frameworks' does not have";
    }

    /// <summary>
    /// The master has let no others pass, and what it learns here it shows in metrics and answers for as long as the framework lives.
    /// </summary>
    private static string? FindBadId(AgentCall.Types.Subscribe subscribe) =>
        subscribe.Frameworks.Select(framework => Wrong("frameworks", framework.Id.Value))
            .Concat(subscribe.Tasks.Select(task => Wrong("tasks", task.TaskId.Value)))
            .Concat(subscribe.Executors.Select(executor => Wrong("executors", executor.ExecutorInfo.ExecutorId.Value)))
            .FirstOrDefault(wrong => wrong is not null);

    private static string? Wrong(string list, string id) =>
        IdentifierRules.Check(id) is { } wrong ? $"An id in 'subscribe.{list}' cannot be: {wrong}" : null;

    private static string? ValidateUpdate(TaskStatus status, TaskState latest)
    {
        if (status.Uuid.Length != UuidLength)
        {
            return "'update.status.uuid' must be a UUID of 16 bytes";
        }
        return IsReportable(status.State) && IsReportable(latest)
            ? null
            : $"An agent cannot report the state {status.State} with the latest state {latest}";
    }

    private static string? ValidateOperationUpdate(AgentCall.Types.OperationUpdate update)
    {
        if (update.OperationUuid.Length != OperationUuid.Length || update.Status.Uuid is { } uuid && uuid.Value.Length != UuidLength)
        {
            return "'operation_update.operation_uuid' and 'operation_update.status.uuid' must be UUIDs of 16 bytes";
        }
        return ResourceReader.Read(update.Status.ConvertedResources) is { IsValid: false } converted
            ? "Converted resources are invalid: " + converted.Problems[0]
            : null;
    }

    private static string? ValidateResources(AgentCall.Types.ResourcesUpdate update)
    {
        var problems = ResourceReader.Read(update.CheckpointedResources.Concat(update.OversubscribedResources)).Problems;
        return problems.Count > 0 ? "Updated resources are invalid: " + problems[0] : null;
    }

    private static bool IsReportable(TaskState state) => state is not (TaskState.TaskUnreachable or TaskState.TaskUnknown);

    private static string Missing(string field) => $"Expecting '{field}' to be present";
}
