using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Health;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http;

/// <summary>An app with what is going on with it.</summary>
internal static class AppInfoWriter
{
    public static JObject Write(AppsView view, AppDefinition app, AppEmbeds embeds)
    {
        var json = AppWriter.Write(app);
        var instances = view.State.Instances.Of(app.Id);
        if (embeds.Counts)
        {
            var counts = TaskCounts.Of(view, instances);
            json["tasksStaged"] = counts.Staged;
            json["tasksRunning"] = counts.Running;
            json["tasksHealthy"] = counts.Healthy;
            json["tasksUnhealthy"] = counts.Unhealthy;
        }
        if (embeds.Deployments)
        {
            json["deployments"] = new JArray(view.State.Deployments.Where(deployment => deployment.Locks(app.Id))
                .Select(deployment => new JObject { ["id"] = deployment.Id }));
        }
        if (embeds.Readiness)
        {
            json["readinessCheckResults"] = ReadinessResults(view, app);
        }
        if (embeds.Tasks)
        {
            json["tasks"] = Tasks(view, instances);
        }
        if (embeds.LastTaskFailure && view.State.Failures.TryGetValue(app.Id, out var failure))
        {
            json["lastTaskFailure"] = Write(failure);
        }
        if (embeds.TaskStats)
        {
            // Written under both names: the newer one and the one that user interfaces still read.
            json["tasksStats"] = TaskStatsWriter.Write(view, app, instances);
            json["taskStats"] = json["tasksStats"]!.DeepClone();
        }
        return json;
    }

    public static JArray Tasks(AppsView view, IEnumerable<Instance> instances, bool withServicePorts = false) => new(instances
        .Where(instance => instance.IsActive)
        .Select(instance => TaskWriter.Write(view.State.DefinitionOf(instance), instance, view.HealthOf(instance), withServicePorts)));

    /// <summary>Of the instances whose readiness is being asked for.</summary>
    public static JArray ReadinessResults(AppsView view, AppDefinition app)
    {
        var results = new JArray();
        foreach (var instance in view.State.Instances.Of(app.Id))
        {
            if (!view.Readiness.TryGetValue(instance.Id, out var result) || app.ReadinessChecks.Count == 0)
            {
                continue;
            }
            var check = app.ReadinessChecks[0];
            var json = new JObject { ["name"] = check.Name, ["taskId"] = instance.Task.Value, ["ready"] = instance.Ready };
            if (check.PreserveLastResponse)
            {
                var (status, body) = result switch
                {
                    ProbeResult.HttpAnswered answered => (answered.Status, answered.Reason),
                    ProbeResult.NoAnswer none => (504, none.Cause),
                    _ => (504, ""),
                };
                json["lastResponse"] = new JObject { ["status"] = status, ["contentType"] = "text/plain", ["body"] = body };
            }
            results.Add(json);
        }
        return results;
    }

    private static JObject Write(TaskFailure failure)
    {
        var json = new JObject
        {
            ["appId"] = failure.App.ToString(),
            ["host"] = failure.Host,
            ["message"] = failure.Message,
            ["state"] = failure.State,
            ["taskId"] = failure.TaskId,
            ["timestamp"] = failure.At.ToString(),
            ["version"] = failure.Version.ToString(),
        };
        if (failure.AgentId is not null)
        {
            json["slaveId"] = failure.AgentId;
        }
        return json;
    }
}
