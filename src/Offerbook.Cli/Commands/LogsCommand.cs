using System.CommandLine;
using Newtonsoft.Json.Linq;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Commands;

/// <summary><c>offerbook logs TASK [-f]</c>: a task's output, read from its sandbox through the agent that runs it.</summary>
internal static class LogsCommand
{
    /// <summary>How often a followed file is looked at: the files API can only be asked.</summary>
    private static readonly TimeSpan FollowInterval = TimeSpan.FromMilliseconds(300);

    public static Command Create()
    {
        var task = new Argument<string>("task") { Description = "A task id, or the start of one" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on as the file grows, until Ctrl-C" };
        var stderr = new Option<bool>("--stderr") { Description = "Show stderr instead of stdout" };
        var json = Common.Json();
        var endpoint = EndpointOption.Master();
        var command = new Command("logs", "Show what a task has written") { task, follow, stderr, endpoint.Option, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var address = endpoint.Resolve(parsed);
            using var master = new ApiClient(address);
            var file = await FindAsync(master, parsed.GetValue(task)!, parsed.GetValue(stderr) ? "stderr" : "stdout", cancellation);
            using var agent = new ApiClient(address with { Address = file.Agent, What = "the agent" });
            if (parsed.GetValue(json))
            {
                Common.PrintJson(new JObject { ["task"] = file.TaskId, ["path"] = file.Path, ["data"] = await ReadAllAsync(agent, file.Path, cancellation) });
                return ExitCode.Success;
            }
            var offset = 0L;
            using var pace = new PeriodicTimer(FollowInterval);
            while (true)
            {
                offset = await CopyFromAsync(agent, file.Path, offset, Console.Out, cancellation);
                if (!parsed.GetValue(follow) || !await pace.WaitForNextTickAsync(cancellation))
                {
                    return ExitCode.Success;
                }
            }
        });
        return command;
    }

    private sealed record TaskFile(string TaskId, Uri Agent, string Path);

    private static async Task<TaskFile> FindAsync(ApiClient master, string wanted, string name, CancellationToken cancellation)
    {
        var tasks = (await master.RequireAsync(HttpMethod.Get, "/tasks?limit=100000", null, cancellation))["tasks"] ?? new JArray();
        var matches = tasks.Where(task => ((string)task["id"]!).StartsWith(wanted, StringComparison.Ordinal)).ToList();
        var task = Choose(wanted, matches);
        var agents = (await master.RequireAsync(HttpMethod.Get, "/slaves", null, cancellation))["slaves"] ?? new JArray();
        var agent = agents.FirstOrDefault(candidate => (string?)candidate["id"] == (string?)task["slave_id"])
            ?? throw new CliException(ExitCode.Unavailable, $"agent {task["slave_id"]} of task {task["id"]} is not registered", "its files can be read when it is back");
        // A command task runs under an executor that bears the task's own id.
        var executor = (string?)task["executor_id"] is { Length: > 0 } id ? id : (string)task["id"]!;
        var path = $"/frameworks/{task["framework_id"]}/executors/{executor}/runs/latest/{name}";
        var pid = (string)agent["pid"]!;
        return new TaskFile((string)task["id"]!, new Uri("http://" + pid[(pid.IndexOf('@', StringComparison.Ordinal) + 1)..]), path);
    }

    /// <summary>The task that bears the id; else the newest one that runs, or ran, among those whose id begins like it.</summary>
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
            Console.Error.WriteLine($"offerbook: showing {task["id"]}, the newest of {matches.Count} tasks that begin with '{wanted}'");
        }
        return task;
    }

    private static async Task<string> ReadAllAsync(ApiClient agent, string path, CancellationToken cancellation)
    {
        var text = new StringWriter();
        await CopyFromAsync(agent, path, 0, text, cancellation);
        return text.ToString();
    }

    /// <returns>The offset after the last byte copied.</returns>
    private static async Task<long> CopyFromAsync(ApiClient agent, string path, long offset, TextWriter target, CancellationToken cancellation)
    {
        while (true)
        {
            var query = $"/files/read?path={Uri.EscapeDataString(path)}&offset={offset}&length=65536";
            var data = (string?)(await agent.RequireAsync(HttpMethod.Get, query, null, cancellation))["data"] ?? "";
            if (data.Length == 0)
            {
                await target.FlushAsync(cancellation);
                return offset;
            }
            await target.WriteAsync(data);
            offset += System.Text.Encoding.UTF8.GetByteCount(data);
        }
    }
}
