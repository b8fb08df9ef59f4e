using Newtonsoft.Json.Linq;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Events;

/// <summary>
/// The events of the stream, their names and members as clients know them. Clients throw on names that they do not know: new
/// kinds need an opt-in.
/// </summary>
internal static class AppsEvents
{
    public static AppsEvent StreamAttached(string remoteAddress) =>
        new("event_stream_attached", new JObject { ["remoteAddress"] = remoteAddress });

    public static AppsEvent StreamDetached(string remoteAddress) =>
        new("event_stream_detached", new JObject { ["remoteAddress"] = remoteAddress });

    public static AppsEvent Registered(string frameworkId, string master) =>
        new("scheduler_registered_event", new JObject { ["frameworkId"] = frameworkId, ["master"] = master });

    public static AppsEvent Reregistered(string master) => new("scheduler_reregistered_event", new JObject { ["master"] = master });

    public static AppsEvent Disconnected() => new("scheduler_disconnected_event", []);

    public static AppsEvent FrameworkMessage(string executorId, string agentId, IEnumerable<byte> message) =>
        new("framework_message_event", new JObject
    {
        ["executorId"] = executorId,
        ["slaveId"] = agentId,
        ["message"] = new JArray(message.Select(value => (int)(sbyte)value)),
    });

    public static AppsEvent ApiPost(string clientIp, string uri, JObject app) =>
        new("api_post_event", new JObject { ["clientIp"] = clientIp, ["uri"] = uri, ["appDefinition"] = app });

    public static AppsEvent StatusUpdate(Instance instance, string task, string state, string message) =>
        new("status_update_event", new JObject
    {
        ["slaveId"] = instance.Placement?.Agent.Value ?? "",
        ["taskId"] = task,
        ["taskStatus"] = state,
        ["message"] = message,
        ["appId"] = instance.App.ToString(),
        ["host"] = instance.Placement?.Host ?? "",
        ["ipAddresses"] = new JArray(instance.Addresses.Select(address =>
            new JObject { ["ipAddress"] = address.Address, ["protocol"] = address.Protocol })),
        ["ports"] = new JArray((instance.Placement?.HostPorts ?? []).Where(port => port is not null).Select(port => port!.Value)),
        ["version"] = instance.Version.ToString(),
    });

    public static AppsEvent InstanceChanged(Instance instance) => new("instance_changed_event", new JObject
    {
        ["instanceId"] = instance.Id.Value,
        ["condition"] = instance.Condition.ToString(),
        ["runSpecId"] = instance.App.ToString(),
        ["agentId"] = instance.Placement?.Agent.Value,
        ["host"] = instance.Placement?.Host,
        ["runSpecVersion"] = instance.Version.ToString(),
    });

    public static AppsEvent UnknownInstanceTerminated(InstanceId id, Condition condition) =>
        new("unknown_instance_terminated_event", new JObject
    {
        ["instanceId"] = id.Value,
        ["runSpecId"] = id.App.ToString(),
        ["condition"] = condition.ToString(),
    });

    public static AppsEvent InstanceHealthChanged(Instance instance, bool? healthy) => new("instance_health_changed_event", new JObject
    {
        ["instanceId"] = instance.Id.Value,
        ["runSpecId"] = instance.App.ToString(),
        ["healthy"] = healthy,
        ["runSpecVersion"] = instance.Version.ToString(),
    });

    public static AppsEvent AppTerminated(PathId app) => new("app_terminated_event", new JObject { ["appId"] = app.ToString() });

    public static AppsEvent GroupChanged(PathId group, Timestamp version) =>
        new("group_change_success", new JObject { ["groupId"] = group.ToString(), ["version"] = version.ToString() });

    public static AppsEvent GroupChangeFailed(PathId group, Timestamp version, string reason) => new("group_change_failed", new JObject
    {
        ["groupId"] = group.ToString(),
        ["version"] = version.ToString(),
        ["reason"] = reason,
    });
}
