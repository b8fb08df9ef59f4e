namespace Offerbook.Apps.Tests.Events;

/// <summary>
/// What each event has beside <c>eventType</c> and <c>timestamp</c>, separated by spaces; members that may be absent are left out.
/// </summary>
internal static class EventMembers
{
    public static IReadOnlyList<(string Type, string Members)> Always { get; } =
    [
        ("api_post_event", "clientIp uri appDefinition"),
        ("pod_created_event", "clientIp uri"),
        ("pod_updated_event", "clientIp uri"),
        ("pod_deleted_event", "clientIp uri"),
        ("scheduler_registered_event", "frameworkId master"),
        ("scheduler_reregistered_event", "master"),
        ("framework_message_event", "executorId slaveId message"),
        ("status_update_event", "slaveId taskId taskStatus message appId host ipAddresses ports version"),
        ("instance_changed_event", "instanceId condition runSpecId agentId host runSpecVersion"),
        ("unknown_instance_terminated_event", "instanceId runSpecId condition"),
        ("instance_health_changed_event", "instanceId runSpecId healthy runSpecVersion"),
        ("app_terminated_event", "appId"),
        ("add_health_check_event", "appId healthCheck version"),
        ("remove_health_check_event", "appId"),
        ("failed_health_check_event", "appId taskId healthCheck"),
        ("health_status_changed_event", "appId instanceId version alive"),
        ("unhealthy_instance_kill_event", "appId taskId instanceId version reason host"),
        ("group_change_success", "groupId version"),
        ("group_change_failed", "groupId version reason"),
        ("deployment_info", "plan currentStep"),
        ("deployment_step_success", "plan currentStep"),
        ("deployment_success", "id plan"),
        ("deployment_failed", "id plan reason"),
    ];
}
