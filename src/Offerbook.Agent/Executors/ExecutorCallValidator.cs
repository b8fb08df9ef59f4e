using Mesos.V1;
using Type = Mesos.V1.Executor.Call.Types.Type;

namespace Offerbook.Agent.Executors;

/// <summary>What a call of an executor must be in itself, whoever sends it (API section 4).</summary>
internal static class ExecutorCallValidator
{
    public const string Prefix = "Failed to validate Executor::Call: ";

    private const int UuidBytes = 16;

    /// <returns>What is wrong, or null.</returns>
    public static string? Validate(ExecutorCall call)
    {
        if (!call.HasType)
        {
            return "Expecting 'type' to be present";
        }
        return call.Type switch
        {
            Type.Subscribe => call.Subscribe is null ? "Expecting 'subscribe' to be present" : ValidateSubscribe(call),
            Type.Update => call.Update is null ? "Expecting 'update' to be present" : ValidateStatus(call, call.Update.Status),
            Type.Message => call.Message is null ? "Expecting 'message' to be present" : null,
            _ => null,
        };
    }

    private static string? ValidateSubscribe(ExecutorCall call) =>
        call.Subscribe.UnacknowledgedUpdates.Select(update => ValidateStatus(call, update.Status))
            .FirstOrDefault(wrong => wrong is not null);

    private static string? ValidateStatus(ExecutorCall call, TaskStatus status) =>
        !status.HasUuid ? "Expecting 'uuid' to be present"
        : status.Uuid.Length != UuidBytes ? $"Not a valid UUID: it has {status.Uuid.Length} bytes instead of {UuidBytes}"
        : status.ExecutorId is { } executor && executor.Value != call.ExecutorId.Value
            ? $"ExecutorID in Call: {call.ExecutorId.Value} does not match ExecutorID in TaskStatus: {executor.Value}"
        : status.Source != TaskStatus.Types.Source.Executor
            ? $"Received Call from executor {call.ExecutorId.Value} of framework {call.FrameworkId.Value} with invalid source, expecting 'SOURCE_EXECUTOR'"
        : status.State == TaskState.TaskStaging
        ? "Received TASK_STAGING from executor " + call.ExecutorId.Value + $" of framework {call.FrameworkId.Value} which is not allowed"
        : ValidateCheck(status.CheckStatus);

    private static string? ValidateCheck(CheckStatusInfo? check) => check switch
    {
        null => null,
        { HasType: false } => "CheckStatusInfo must specify 'type'",
        { Type: CheckInfo.Types.Type.Unknown } => "'UNKNOWN' is not a valid check's status type",
        { Type: CheckInfo.Types.Type.Command, Command: null } => "Expecting 'command' to be set for COMMAND check's status",
        { Type: CheckInfo.Types.Type.Http, Http: null } => "Expecting 'http' to be set for HTTP check's status",
        { Type: CheckInfo.Types.Type.Tcp, Tcp: null } => "Expecting 'tcp' to be set for TCP check's status",
        _ => null,
    };
}
