using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Commands;

/// <summary>A task as the master knows it, and where its agent is.</summary>
/// <param name="Container">Where it runs or ran, as the agent names it; null when it never ran.</param>
internal sealed record FoundTask(string Id, string Framework, string Executor, Uri Agent, JToken? Container)
{
    /// <summary>Finds the task that bears the id; else the newest one that runs, or ran, among those whose id begins like it.</summary>
    public static async Task<FoundTask> FindAsync(ApiClient master, string wanted, CancellationToken cancellation)
    {
        var tasks = (await master.RequireAsync(HttpMethod.Get, "/tasks?limit=100000", null, cancellation))["tasks"] ?? new JArray();
        var task = Choose(wanted, [.. tasks.Where(task => ((string)task["id"]!).StartsWith(wanted, StringComparison.Ordinal))]);
        var agents = (await master.RequireAsync(HttpMethod.Get, "/slaves", null, cancellation))["slaves"] ?? new JArray();
        var agent = agents.FirstOrDefault(candidate => (string?)candidate["id"] == (string?)task["slave_id"])
            ?? throw new CliException(ExitCode.Unavailable, $"agent {task["slave_id"]} of task {task["id"]} is not registered",
                "try again when it is back");
        var id = (string)task["id"]!;
        var pid = (string)agent["pid"]!;
        var statuses = (JArray?)task["statuses"] ?? [];
        return new FoundTask(
            id,
            (string)task["framework_id"]!,
            // A command task runs under an executor that bears the task's own id.
            (string?)task["executor_id"] is { Length: > 0 } executor ? executor : id,
            new Uri("http://" + pid[(pid.IndexOf('@', StringComparison.Ordinal) + 1)..]),
            statuses.Reverse().Select(status => status["container_status"]?["container_id"])
                .FirstOrDefault(container => container is not null));
    }

    /// <summary>A container's id, with those of the containers around it.</summary>
    public static ContainerID IdOf(JToken container) => new()
    {
        Value = (string)container["value"]!,
        Parent = container["parent"] is { } parent ? IdOf(parent) : null,
    };

    private static JToken Choose(string wanted, List<JToken> matches)
    {
        if (matches.Count == 0)
        {
            throw new CliException(ExitCode.NotFound, $"the master knows no task '{wanted}'", "'offerbook status' lists the tasks of apps");
        }
        if (matches.Find(task => (string?)task["id"] == wanted) is { } exact)
        {
            return exact;
        }
        // The master lists the newest first.
        var task = matches.Find(task => (string?)task["state"] is "TASK_RUNNING") ?? matches[0];
        if (matches.Count > 1)
        {
            Console.Error.WriteLine($"offerbook: taking {task["id"]}, the newest of {matches.Count} tasks that begin with '{wanted}'");
        }
        return task;
    }
}
