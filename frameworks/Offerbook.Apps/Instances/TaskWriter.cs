using Newtonsoft.Json.Linq;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Volumes;

namespace Offerbook.Apps.Instances;

/// <summary>Instances that have a task, as the API shows them.</summary>
internal static class TaskWriter
{
    /// <param name="health">Newer than the instance's own.</param>
    /// <param name="withServicePorts">Only /v2/tasks fills them in.</param>
    public static JObject Write(AppDefinition app, Instance instance, ValueList<CheckHealth>? health = null, bool withServicePorts = false)
    {
        var placement = instance.Placement;
        var json = new JObject
        {
            ["appId"] = instance.App.ToString(),
            ["id"] = instance.Task.Value,
            ["host"] = placement?.Host ?? "",
            ["state"] = instance.MesosState?.WireName() ?? "TASK_STAGING",
            ["role"] = instance.Role,
            ["healthCheckResults"] = WriteHealth(app, instance with { Health = health ?? instance.Health }),
            ["ipAddresses"] = new JArray(instance.Addresses.Select(address =>
                new JObject { ["ipAddress"] = address.Address, ["protocol"] = address.Protocol })),
            ["ports"] = new JArray((placement?.HostPorts ?? []).Where(port => port is not null).Select(port => port!.Value)),
            ["servicePorts"] = withServicePorts ? new JArray(app.ServicePorts) : new JArray(),
            ["localVolumes"] = LocalVolumeWriter.Write(instance),
        };
        if (placement is not null)
        {
            json["slaveId"] = placement.Agent.Value;
            AddIfKnown(json, "region", placement.Location.Region);
            AddIfKnown(json, "zone", placement.Location.Zone);
        }
        AddIfKnown(json, "stagedAt", instance.StagedAt?.ToString());
        AddIfKnown(json, "startedAt", instance.StartedAt?.ToString());
        json["version"] = instance.Version.ToString();
        if (instance.Check is { } check)
        {
            json["checkResult"] = WriteCheck(check);
        }
        return json;
    }

    private static JObject WriteCheck(CheckResult check) => check switch
    {
        { ExitCode: { } code } => new JObject { ["command"] = new JObject { ["exitCode"] = code } },
        { HttpStatus: { } status } => new JObject { ["http"] = new JObject { ["statusCode"] = status } },
        _ => new JObject { ["tcp"] = new JObject { ["succeeded"] = check.Connected == true } },
    };

    /// <summary>One entry for each check that has a result; that there is none is how clients see "unknown".</summary>
    private static JArray WriteHealth(AppDefinition app, Instance instance)
    {
        var results = new JArray();
        for (var i = 0; i < app.HealthChecks.Count; i++)
        {
            if (InstanceHealth.ResultOf(app, instance, i) is { } alive)
            {
                var known = app.HealthChecks[i].IsMadeByAgent
                    ? new CheckHealth(alive ? 0 : 1)
                    : instance.Health[i];
                results.Add(WriteHealth(instance.Id, alive, known));
            }
        }
        return results;
    }

    private static JObject WriteHealth(InstanceId id, bool alive, CheckHealth health)
    {
        var json = new JObject
        {
            ["alive"] = alive,
            ["consecutiveFailures"] = health.ConsecutiveFailures,
            ["instanceId"] = id.Value,
        };
        AddIfKnown(json, "firstSuccess", health.FirstSuccess?.ToString());
        AddIfKnown(json, "lastSuccess", health.LastSuccess?.ToString());
        AddIfKnown(json, "lastFailure", health.LastFailure?.ToString());
        AddIfKnown(json, "lastFailureCause", health.LastFailureCause);
        return json;
    }

    private static void AddIfKnown(JObject json, string name, string? value)
    {
        if (value is not null)
        {
            json[name] = value;
        }
    }
}
