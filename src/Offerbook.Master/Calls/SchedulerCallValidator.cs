using Type = Mesos.V1.Scheduler.Call.Types.Type;

namespace Offerbook.Master.Calls;

/// <summary>
/// The checks of a scheduler's call that need nothing but the call itself. The texts are those of the reference, because clients
/// match on them; they go out as 400 with <see cref="Prefix"/>.
/// </summary>
internal static class SchedulerCallValidator
{
    public const string Prefix = "Failed to validate scheduler::Call: ";

    private const int UuidLength = 16;

    /// <param name="principal">Who authenticated, or null.</param>
    /// <returns>What is wrong, without the prefix; null when nothing is.</returns>
    public static string? Validate(SchedulerCall call, string? principal)
    {
        if (!call.HasType)
        {
            return Missing("type");
        }
        if (call.Type == Type.Subscribe)
        {
            return ValidateSubscribe(call, principal);
        }
        if (call.FrameworkId is null)
        {
            return Missing("framework_id");
        }
        return call.Type switch
        {
            Type.Accept when call.Accept is null => Missing("accept"),
            Type.Decline when call.Decline is null => Missing("decline"),
            Type.AcceptInverseOffers when call.AcceptInverseOffers is null => Missing("accept_inverse_offers"),
            Type.DeclineInverseOffers when call.DeclineInverseOffers is null => Missing("decline_inverse_offers"),
            Type.Kill when call.Kill is null => Missing("kill"),
            Type.Shutdown when call.Shutdown is null => Missing("shutdown"),
            Type.Acknowledge => call.Acknowledge is null ? Missing("acknowledge") : ValidateUuid(call.Acknowledge.Uuid.Length),
            Type.AcknowledgeOperationStatus => ValidateOperationAcknowledgement(call),
            Type.Reconcile when call.Reconcile is null => Missing("reconcile"),
            Type.ReconcileOperations when call.ReconcileOperations is null => Missing("reconcile_operations"),
            Type.Message when call.Message is null => Missing("message"),
            Type.Request when call.Request is null => Missing("request"),
            Type.UpdateFramework => ValidateUpdateFramework(call),
            _ => null,
        };
    }

    private static string? ValidateSubscribe(SchedulerCall call, string? principal)
    {
        if (call.Subscribe is null)
        {
            return Missing("subscribe");
        }
        var info = call.Subscribe.FrameworkInfo;
        if (call.FrameworkId is not null && info.Id is not null && call.FrameworkId.Value != info.Id.Value)
        {
            return "'framework_id' differs from 'subscribe.framework_info.id'";
        }
        if (principal is not null && info.HasPrincipal && info.Principal != principal)
        {
            return $"Authenticated principal '{principal}' does not match principal '{info.Principal}' set in `FrameworkInfo`";
        }
        return null;
    }

    private static string? ValidateOperationAcknowledgement(SchedulerCall call)
    {
        var acknowledgement = call.AcknowledgeOperationStatus;
        if (acknowledgement is null)
        {
            return Missing("acknowledge_operation_status");
        }
        return ValidateUuid(acknowledgement.Uuid.Length) ?? (acknowledgement.AgentId is null ? Missing("agent_id") : null);
    }

    private static string? ValidateUpdateFramework(SchedulerCall call)
    {
        if (call.UpdateFramework is null)
        {
            return Missing("update_framework");
        }
        return call.UpdateFramework.FrameworkInfo.Id?.Value == call.FrameworkId.Value
            ? null
            : "'framework_id' differs from 'update_framework.framework_info.id'";
    }

    private static string? ValidateUuid(int length) => length == UuidLength ? null : "Not a valid UUID";

    private static string Missing(string field) => $"Expecting '{field}' to be present";
}
