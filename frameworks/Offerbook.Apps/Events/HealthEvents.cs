using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Events;

/// <summary>Events about health checks.</summary>
internal static class HealthEvents
{
    public static AppsEvent Added(PathId app, Timestamp version, JToken check) => new("add_health_check_event", new JObject
    {
        ["appId"] = app.ToString(),
        ["healthCheck"] = check,
        ["version"] = version.ToString(),
    });

    public static AppsEvent Removed(PathId app) => new("remove_health_check_event", new JObject { ["appId"] = app.ToString() });

    /// <summary>The member <c>taskId</c> holds the instance's id: clients have come to rely on it.</summary>
    public static AppsEvent Failed(Instance instance, JToken check) => new("failed_health_check_event", new JObject
    {
        ["appId"] = instance.App.ToString(),
        ["taskId"] = instance.Id.Value,
        ["healthCheck"] = check,
    });

    /// <summary><c>taskId</c> is for clients that still look for it.</summary>
    public static AppsEvent StatusChanged(Instance instance, bool alive) => new("health_status_changed_event", new JObject
    {
        ["appId"] = instance.App.ToString(),
        ["instanceId"] = instance.Id.Value,
        ["taskId"] = instance.Task.Value,
        ["version"] = instance.Version.ToString(),
        ["alive"] = alive,
    });

    /// <summary>Tells of a change in what all checks together say.</summary>
    public static void TellOfChange(Turn turn, RunSpec app, Instance before, Instance after)
    {
        var (was, isNow) = (InstanceHealth.Aggregate(app, before), InstanceHealth.Aggregate(app, after));
        if (was == isNow)
        {
            return;
        }
        if (isNow is { } alive)
        {
            turn.Publish(StatusChanged(after, alive));
        }
        turn.Publish(AppsEvents.InstanceHealthChanged(after, isNow));
    }

    public static AppsEvent UnhealthyKill(Instance instance, string reason)
    {
        var payload = new JObject
        {
            ["appId"] = instance.App.ToString(),
            ["taskId"] = instance.Task.Value,
            ["instanceId"] = instance.Id.Value,
            ["version"] = instance.Version.ToString(),
            ["reason"] = reason,
            ["host"] = instance.Placement?.Host ?? "",
        };
        if (instance.Placement is { } placement)
        {
            payload["slaveId"] = placement.Agent.Value;
        }
        return new AppsEvent("unhealthy_instance_kill_event", payload);
    }
}
