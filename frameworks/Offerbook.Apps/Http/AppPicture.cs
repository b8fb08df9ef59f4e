using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Health;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http;

/// <summary>An app with what is going on with it.</summary>
internal static class AppPicture
{
    /// <summary>The members that tell of its life, tasks and their statistics excepted.</summary>
    /// <param name="locks">Ids of the deployments that hold it.</param>
    public static JObject Live(AppsView view, AppDefinition app, AppEmbeds embeds, IReadOnlyList<string> locks) =>
        AppInfoWriter.WriteLive(new AppLiveData(
            embeds.Counts ? TaskCounting.Of(view, app.Id) : null,
            embeds.Deployments ? locks : null,
            embeds.Readiness ? ReadinessResults(view, app) : null,
            null,
            embeds.LastTaskFailure && view.State.Failures.TryGetValue(app.Id, out var failure) ? Write(failure) : null));

    /// <summary>Of the instances whose readiness is being asked for.</summary>
    public static JArray ReadinessResults(AppsView view, RunSpec app)
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

    public static JObject Write(TaskFailure failure)
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
