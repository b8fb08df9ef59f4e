using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Calls;

/// <summary>
/// The checks of an operator's call that need nothing but the call itself; texts as clients know them, sent with <see cref="Prefix"/>.
/// </summary>
internal static class OperatorCallValidator
{
    public const string Prefix = "Failed to validate master::Call: ";

    public static string? Validate(OperatorCall call)
    {
        if (!call.HasType)
        {
            return Missing("type");
        }
        return call.Type switch
        {
            Type.GetMetrics when call.GetMetrics is null => Missing("get_metrics"),
            Type.SetLoggingLevel when call.SetLoggingLevel is null => Missing("set_logging_level"),
            Type.ListFiles when call.ListFiles is null => Missing("list_files"),
            Type.ReadFile when call.ReadFile is null => Missing("read_file"),
            Type.UpdateWeights when call.UpdateWeights is null => Missing("update_weights"),
            Type.ReserveResources when call.ReserveResources is null => Missing("reserve_resources"),
            Type.UnreserveResources when call.UnreserveResources is null => Missing("unreserve_resources"),
            Type.CreateVolumes when call.CreateVolumes is null => Missing("create_volumes"),
            Type.DestroyVolumes when call.DestroyVolumes is null => Missing("destroy_volumes"),
            Type.GrowVolume when call.GrowVolume is null => Missing("grow_volume"),
            Type.ShrinkVolume when call.ShrinkVolume is null => Missing("shrink_volume"),
            Type.UpdateMaintenanceSchedule when call.UpdateMaintenanceSchedule is null => Missing("update_maintenance_schedule"),
            Type.StartMaintenance when call.StartMaintenance is null => Missing("start_maintenance"),
            Type.StopMaintenance when call.StopMaintenance is null => Missing("stop_maintenance"),
            Type.UpdateQuota when call.UpdateQuota is null => Missing("update_quota"),
            Type.SetQuota when call.SetQuota is null => Missing("set_quota"),
            Type.RemoveQuota when call.RemoveQuota is null => Missing("remove_quota"),
            Type.Teardown when call.Teardown is null => Missing("teardown"),
            Type.MarkAgentGone when call.MarkAgentGone is null => Missing("mark_agent_gone"),
            Type.DrainAgent when call.DrainAgent is null => Missing("drain_agent"),
            Type.DeactivateAgent when call.DeactivateAgent is null => Missing("deactivate_agent"),
            Type.ReactivateAgent when call.ReactivateAgent is null => Missing("reactivate_agent"),
            _ => null,
        };
    }

    private static string Missing(string field) => $"Expecting '{field}' to be present";
}
