namespace Offerbook.Apps.Tests.Events;

/// <summary>The names that clients know. Some throw on any other, so the stream that asks for nothing more must have no other.</summary>
internal static class EventNames
{
    public static IReadOnlyList<string> All { get; } =
    [
        "api_post_event", "pod_created_event", "pod_updated_event", "pod_deleted_event", "event_stream_attached", "event_stream_detached",
        "subscribe_event", "unsubscribe_event", "scheduler_registered_event", "scheduler_reregistered_event",
        "scheduler_disconnected_event",
        "framework_message_event", "status_update_event", "instance_changed_event", "unknown_instance_terminated_event",
        "instance_health_changed_event", "app_terminated_event", "add_health_check_event", "remove_health_check_event",
        "failed_health_check_event", "health_status_changed_event", "unhealthy_instance_kill_event", "group_change_success",
        "group_change_failed", "deployment_info", "deployment_step_success", "deployment_step_failure", "deployment_success",
        "deployment_failed",
    ];
}
