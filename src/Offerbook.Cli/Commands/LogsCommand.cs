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
                Common.PrintJson(
                    new JObject { ["task"] = file.TaskId, ["path"] = file.Path,
                        ["data"] = await ReadAllAsync(agent, file.Path, cancellation) });
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
        var task = await FoundTask.FindAsync(master, wanted, cancellation);
        return new TaskFile(task.Id, task.Agent, $"/frameworks/{task.Framework}/executors/{task.Executor}/runs/latest/{name}");
    }

    private static async Task<string> ReadAllAsync(ApiClient agent, string path, CancellationToken cancellation)
    {
        var text = new StringWriter();
        await CopyFromAsync(agent, path, 0, text, cancellation);
        return text.ToString();
    }

    /// <returns>The offset after the last byte copied.</returns>
    private static async Task<long> CopyFromAsync(ApiClient agent, string path, long offset, TextWriter target,
        CancellationToken cancellation)
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
