using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http;

/// <summary>Counts and ages of an app's tasks, by how they relate to its last changes. Groups without tasks are left out.</summary>
internal static class TaskStatsWriter
{
    public static JObject Write(AppsView view, AppDefinition app, IReadOnlyCollection<Instance> instances, Timestamp now)
    {
        var tasks = instances.Where(instance => instance.IsActive).ToList();
        var json = new JObject();
        Add(json, "startedAfterLastScaling", view, now, tasks.Where(task => task.Version >= app.VersionInfo.LastScalingAt));
        Add(json, "withLatestConfig", view, now, tasks.Where(task => task.Version >= app.VersionInfo.LastConfigChangeAt));
        Add(json, "withOutdatedConfig", view, now, tasks.Where(task => task.Version < app.VersionInfo.LastConfigChangeAt));
        Add(json, "totalSummary", view, now, tasks);
        return json;
    }

    private static void Add(JObject json, string name, AppsView view, Timestamp now, IEnumerable<Instance> chosen)
    {
        var tasks = chosen.ToList();
        if (tasks.Count == 0)
        {
            return;
        }
        var counts = TaskCounting.Of(view, tasks);
        var stats = new JObject
        {
            ["counts"] = new JObject
            {
                ["staged"] = counts.Staged,
                ["running"] = counts.Running,
                ["healthy"] = counts.Healthy,
                ["unhealthy"] = counts.Unhealthy,
            },
        };
        var ages = tasks.Select(task => task.StartedAt).OfType<Timestamp>()
            .Select(started => Math.Max(0, now.UnixMilliseconds - started.UnixMilliseconds) / 1000.0).Order().ToList();
        if (ages.Count > 0)
        {
            var middle = ages.Count / 2;
            stats["lifeTime"] = new JObject
            {
                ["averageSeconds"] = ages.Average(),
                ["medianSeconds"] = ages.Count % 2 == 1 ? ages[middle] : (ages[middle - 1] + ages[middle]) / 2,
            };
        }
        json[name] = new JObject { ["stats"] = stats };
    }
}
