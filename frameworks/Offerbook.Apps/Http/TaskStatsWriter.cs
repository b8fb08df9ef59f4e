using System.Buffers;
using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http;

/// <summary>
/// Counts and ages of an app's tasks as JSON, by how they relate to its last changes. Groups without tasks are left out. Ages change with
/// every
/// look, so this is written anew, of a thousand apps at once, where all else about them stays: straight as bytes, and once where all tasks
/// are in several groups.
/// </summary>
internal static class TaskStatsWriter
{
    public static byte[] Write(AppsView view, AppDefinition app, IReadOnlyCollection<Instance> instances, Timestamp now)
    {
        var tasks = instances.Where(instance => instance.IsActive).ToList();
        var (scaled, configured) = (app.VersionInfo.LastScalingAt, app.VersionInfo.LastConfigChangeAt);
        var all = tasks.Count == 0 ? [] : Group(view, tasks, now);
        var json = new ArrayBufferWriter<byte>(64 + (3 * all.Length));
        Add(json, "startedAfterLastScaling"u8, tasks.FindAll(task => task.Version >= scaled));
        Add(json, "withLatestConfig"u8, tasks.FindAll(task => task.Version >= configured));
        Add(json, "withOutdatedConfig"u8, tasks.FindAll(task => task.Version < configured));
        Add(json, "totalSummary"u8, tasks);
        json.Write(json.WrittenCount == 0 ? "{}"u8 : "}"u8);
        return json.WrittenSpan.ToArray();

        void Add(ArrayBufferWriter<byte> to, ReadOnlySpan<byte> name, List<Instance> chosen)
        {
            if (chosen.Count > 0)
            {
                to.Write(to.WrittenCount == 0 ? "{\""u8 : ",\""u8);
                to.Write(name);
                to.Write("\":"u8);
                to.Write(chosen.Count == tasks.Count ? all : Group(view, chosen, now));
            }
        }
    }

    private static byte[] Group(AppsView view, List<Instance> tasks, Timestamp now)
    {
        var counts = TaskCounting.Of(view, tasks);
        var json = new StringBuilder(256);
        json.Append(CultureInfo.InvariantCulture,
            $"{{\"stats\":{{\"counts\":{{\"staged\":{counts.Staged},\"running\":{counts.Running},"
            + $"\"healthy\":{counts.Healthy},\"unhealthy\":{counts.Unhealthy}}}");
        var ages = tasks.Select(task => task.StartedAt).OfType<Timestamp>()
            .Select(started => Math.Max(0, now.UnixMilliseconds - started.UnixMilliseconds) / 1000.0).Order().ToList();
        if (ages.Count > 0)
        {
            var middle = ages.Count / 2;
            var median = ages.Count % 2 == 1 ? ages[middle] : (ages[middle - 1] + ages[middle]) / 2;
            json.Append(",\"lifeTime\":{\"averageSeconds\":").Append(JsonConvert.ToString(ages.Average()))
                .Append(",\"medianSeconds\":").Append(JsonConvert.ToString(median)).Append('}');
        }
        return Encoding.UTF8.GetBytes(json.Append("}}").ToString());
    }
}
