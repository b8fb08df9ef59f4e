using Newtonsoft.Json.Linq;
using Offerbook.Chaos.Hosts;
using Offerbook.Chaos.Observation;
using Offerbook.Chaos.Parts;
using Offerbook.Chaos.Workload;

namespace Offerbook.Chaos.Running;

/// <summary>Waits until everything is as it was told to be, and says what is not.</summary>
internal sealed class EndWatch(ChaosCluster cluster, Leaders leaders, TaskWatch tasks)
{
    /// <summary>What is still different from what is wanted; empty: it has converged. The specs and jobs are those of the last look; null:
    /// nobody told them.</summary>
    public sealed record Look(IReadOnlyList<string> Differences, IReadOnlyList<ToldSpec>? Specs, IReadOnlyList<ToldJob>? Jobs);

    public async Task<(TimeSpan? After, Look Last)> AwaitAsync(IReadOnlySet<string> jobs, TimeSpan patience, CancellationToken stop)
    {
        var start = cluster.Clock.Now;
        var look = new Look(["nobody has looked"], null, null);
        var converged = await Polling.HoldsAsync(async () => (look = await LookAsync(jobs)).Differences.Count == 0, patience, stop);
        return (converged ? cluster.Clock.Now - start : null, look);
    }

    private async Task<Look> LookAsync(IReadOnlySet<string> wantedJobs)
    {
        if (await leaders.AppsAsync() is not { } apps || await leaders.BatchAsync() is not { } batch
            || await leaders.MasterAsync() is not { } master)
        {
            return new Look(["a part has no leader"], null, null);
        }
        string[] paths = ["v2/deployments", "v2/apps", "v2/pods", "v2/tasks", "v2/pods::status"];
        var answers = await Task.WhenAll(paths.Select(path => leaders.ReadAsync(new Uri(apps.Address, path))));
        var jobList = await leaders.ReadAsync(new Uri(batch.Address, "v1/jobs?limit=1000"));
        if (answers.Any(answer => answer is null) || jobList is null)
        {
            var silent = paths.Where((_, index) => answers[index] is null).Append(jobList is null ? "v1/jobs" : "");
            return new Look([$"no good answer to {string.Join(", ", silent)} from {apps.Name} or {batch.Name}"], null, null);
        }
        var differences = new List<string>();
        differences.AddRange(answers[0]!.Select(deployment => $"deployment {deployment["id"]} of "
            + $"{string.Join(", ", deployment["affectedApps"] ?? new JArray())} still runs: {Short(deployment["currentActions"])}"));
        var specs = answers[1]!["apps"]!.Select(app => Told(app, (int?)app["instances"]))
            .Concat(answers[2]!.Select(pod => Told(pod, (int?)pod["scaling"]?["instances"]))).ToList();
        var jobs = (jobList["jobs"] ?? new JArray())
            .Select(job => new ToldJob(Documents.SpecOfJob((string)job["id"]!), (string?)job["state"] ?? "")).ToList();
        differences.AddRange(jobs.Where(job => wantedJobs.Contains(job.Job) && job.State is "pending" or "running")
            .Select(job => $"{job.Job} is {job.State}"));
        // An app's tasks are told by their ids, a pod's by those of its instances.
        var pods = answers[4]!.SelectMany(pod => pod["instances"] ?? new JArray())
            .Where(instance => (string?)instance["status"] is "STABLE" or "DEGRADED");
        Compare(specs, answers[3]!["tasks"]!.Where(task => (string?)task["state"] == "TASK_RUNNING").Concat(pods)
            .Select(told => (string)told["id"]!).ToHashSet(), differences);
        if (await leaders.ActiveAgentsAsync() is var active && active < cluster.Agents.Count)
        {
            differences.Add($"{active} of {cluster.Agents.Count} agents are connected to {master.Name}");
        }
        return new Look(differences, specs, jobs);
    }

    /// <summary>What is told against the processes that there are.</summary>
    private void Compare(IReadOnlyList<ToldSpec> specs, IReadOnlySet<string> running, List<string> differences)
    {
        var living = tasks.Lives().Where(life => life.End is null && life.RunSpec.StartsWith('/'))
            .ToLookup(life => life.RunSpec);
        foreach (var spec in specs)
        {
            var own = living[spec.RunSpec].ToList();
            if (own.Count != spec.Instances || own.Any(life => life.Configuration != spec.Mark))
            {
                var there = own.Select(life => $"{life.Configuration} ({life.Task} on {life.Host})").DefaultIfEmpty("none");
                differences.Add($"{spec.RunSpec} shall have {spec.Instances} instances of {spec.Mark}; there are processes of "
                    + string.Join(", ", there));
            }
            differences.AddRange(own.Where(life => !running.Contains(life.Task) && !running.Contains(life.Instance))
                .Select(life => $"{life.Task} runs on {life.Host}, and the API does not say so"));
        }
        var known = specs.Select(spec => spec.RunSpec).ToHashSet();
        differences.AddRange(living.Where(own => !known.Contains(own.Key)).SelectMany(own => own)
            .Select(life => $"{life.Task} runs on {life.Host}, and its app is not there any more"));
        var processes = living.SelectMany(own => own).SelectMany(life => new[] { life.Task, life.Instance }).ToHashSet();
        differences.AddRange(running.Where(task => !processes.Contains(task)).Select(task => $"{task} is told to run, and has no process"));
    }

    private static ToldSpec Told(JToken spec, int? instances) =>
        new((string)spec["id"]!, (string?)spec["labels"]?[Documents.MarkLabel] ?? "", instances ?? 0);

    private static string Short(JToken? token) =>
        token?.ToString(Newtonsoft.Json.Formatting.None) is { } text ? text.Length <= 200 ? text : text[..200] : "";
}
