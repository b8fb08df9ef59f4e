using Newtonsoft.Json.Linq;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Writing;

/// <summary>Instances by state; healthy and unhealthy are among the others, and one without any health result is neither.</summary>
public sealed record TaskCounts(int Staged, int Running, int Healthy, int Unhealthy);

/// <summary>The live data that goes with an app. Null parts were not asked for and are not written; empty lists are.</summary>
/// <param name="Tasks">Task objects.</param>
public sealed record AppLiveData(
    TaskCounts? Counts = null,
    IReadOnlyList<string>? DeploymentIds = null,
    IEnumerable<JToken>? ReadinessCheckResults = null,
    IEnumerable<JToken>? Tasks = null,
    JToken? LastTaskFailure = null);

public static class AppInfoWriter
{
    /// <summary>Only the live members.</summary>
    public static JObject WriteLive(AppLiveData live) => Add([], live);

    /// <param name="onlyVersion">As in <see cref="AppWriter.Write"/>.</param>
    public static JObject Write(AppDefinition app, AppLiveData live, Timestamp? onlyVersion = null) =>
        Add(AppWriter.Write(app, onlyVersion), live);

    private static JObject Add(JObject json, AppLiveData live)
    {
        if (live.Counts is { } counts)
        {
            json["tasksStaged"] = counts.Staged;
            json["tasksRunning"] = counts.Running;
            json["tasksHealthy"] = counts.Healthy;
            json["tasksUnhealthy"] = counts.Unhealthy;
        }
        json.AddOptional("deployments", live.DeploymentIds?.JsonOf(id => new JObject { ["id"] = id }));
        json.AddOptional("readinessCheckResults", ListOf(live.ReadinessCheckResults));
        json.AddOptional("tasks", ListOf(live.Tasks));
        json.AddOptional("lastTaskFailure", live.LastTaskFailure);
        return json;
    }

    /// <summary>One by one: a list that is itself a <see cref="JArray"/> would else become the only element of the new one.</summary>
    private static JArray? ListOf(IEnumerable<JToken>? items) => items is null ? null : new JArray(items.ToArray<object>());
}
