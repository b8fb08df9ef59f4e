using System.Globalization;
using Newtonsoft.Json.Linq;
using Offerbook.Batch.Jobs;

namespace Offerbook.Batch.Core;

/// <summary>Jobs as clients see them. Absent members are those that have no value yet.</summary>
public static class JobView
{
    public static JObject Summary(Job job)
    {
        var spec = job.Spec;
        var json = new JObject { ["id"] = spec.Id, ["state"] = Text(job.State), ["count"] = spec.Count };
        foreach (var state in Enum.GetValues<RunState>())
        {
            json[Text(state)] = job.Count(state);
        }
        if (spec.Command is not null)
        {
            json["command"] = spec.Command;
        }
        else
        {
            json["args"] = new JArray(spec.Args);
        }
        json["cpus"] = spec.Demand.Cpus.ToDouble();
        json["mem"] = spec.Demand.Mem.ToDouble();
        json["disk"] = spec.Demand.Disk.ToDouble();
        json["retries"] = spec.Retries;
        json["labels"] = new JObject(spec.Labels.Select(label => new JProperty(label.Key, label.Value)));
        json["addedAt"] = Text(job.AddedAt);
        Set(json, "stopRequestedAt", job.StopRequestedAt);
        Set(json, "endedAt", job.EndedAt);
        return json;
    }

    /// <summary>The summary with a page of the runs.</summary>
    public static JObject Detail(Job job, Page page)
    {
        var json = Summary(job);
        var runs = new JArray();
        for (var run = page.Offset; run < job.Spec.Count && run - page.Offset < page.Limit; run++)
        {
            runs.Add(Row(job, run));
        }
        json["offset"] = page.Offset;
        json["runs"] = runs;
        return json;
    }

    private static JObject Row(Job job, int number)
    {
        var json = new JObject { ["run"] = number };
        if (job.Find(number) is not { } run)
        {
            json["state"] = Text(RunState.Waiting);
            json["attempt"] = 0;
            json["failures"] = 0;
            return json;
        }
        json["state"] = Text(run.State);
        json["attempt"] = run.Attempt;
        json["failures"] = run.Failures;
        if (run.Attempt > 0)
        {
            json["task"] = new TaskName(job.Spec.Id, job.Serial, number, run.Attempt).ToTaskId().Value;
            json["agent"] = run.Agent;
            json["host"] = run.Host;
        }
        Set(json, "launchedAt", run.LaunchedAt);
        Set(json, "startedAt", run.StartedAt);
        Set(json, "endedAt", run.EndedAt);
        if (run.Cause is not null)
        {
            json["cause"] = run.Cause;
        }
        return json;
    }

    public static string Text(JobState state) => state.ToString().ToLowerInvariant();

    private static string Text(RunState state) => state.ToString().ToLowerInvariant();

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private static void Set(JObject json, string member, DateTimeOffset? at)
    {
        if (at is { } time)
        {
            json[member] = Text(time);
        }
    }
}
