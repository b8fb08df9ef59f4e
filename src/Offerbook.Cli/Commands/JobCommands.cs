using System.CommandLine;
using Newtonsoft.Json.Linq;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Commands;

/// <summary><c>offerbook job run|stop</c> and <c>offerbook jobs</c>: work that runs to completion, through Batch.</summary>
internal static class JobCommands
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    public static Command CreateJob(IReadOnlyList<string> afterDashes)
    {
        var job = new Command("job", "Run or stop a job") { CreateRun(afterDashes), CreateStop() };
        return job;
    }

    public static Command CreateJobs()
    {
        var id = new Argument<string?>("id") { Description = "Only this job, with its runs", Arity = ArgumentArity.ZeroOrOne };
        var endpoint = EndpointOption.Batch();
        var json = Common.Json();
        var command = new Command("jobs", "List jobs") { id, endpoint.Option, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var batch = new ApiClient(endpoint.Resolve(parsed));
            var one = parsed.GetValue(id);
            var path = one is null ? "/v1/jobs" : "/v1/jobs/" + Uri.EscapeDataString(one);
            var answer = await batch.RequireAsync(HttpMethod.Get, path, null, cancellation);
            if (parsed.GetValue(json))
            {
                Common.PrintJson(answer);
                return ExitCode.Success;
            }
            var table = Common.NewTable("JOB", "STATE", "COUNT", "RUNNING", "FINISHED", "FAILED");
            foreach (var job in one is null ? answer["jobs"] ?? answer : new JArray(answer))
            {
                table.Row(job["id"], job["state"], job["count"], job["running"], job["finished"], job["failed"]);
            }
            Common.PrintTable(table);
            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreateRun(IReadOnlyList<string> afterDashes)
    {
        var file = new Argument<string?>("file") { Description = "The job as JSON; or put a command after --",
            Arity = ArgumentArity.ZeroOrOne };
        var id = new Option<string?>("--id") { Description = "Id of the job (else one is made from the command and the time)" };
        var count = new Option<int?>("--count") { Description = "How many tasks to run" };
        var cpus = new Option<double?>("--cpus") { Description = "CPUs of each task" };
        var mem = new Option<double?>("--mem") { Description = "Memory of each task in MB" };
        var wait = new Option<bool>("--wait") { Description = "Return when the job has ended" };
        var endpoint = EndpointOption.Batch();
        var (timeout, json) = (Common.Timeout(), Common.Json());
        var command = new Command("run", "Run a job: offerbook job run FILE, or offerbook job run --count 3 -- COMMAND …")
        {
            file, id, count, cpus, mem, wait, endpoint.Option, timeout, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var job = Describe(parsed.GetValue(file), afterDashes);
            Set(job, "id", parsed.GetValue(id));
            Set(job, "count", parsed.GetValue(count));
            Set(job, "cpus", parsed.GetValue(cpus));
            Set(job, "mem", parsed.GetValue(mem));
            using var batch = new ApiClient(endpoint.Resolve(parsed));
            var accepted = await batch.RequireAsync(HttpMethod.Post, "/v1/jobs", job, cancellation);
            var answer = parsed.GetValue(wait)
                ? await WaitAsync(batch, (string)(accepted["id"] ?? job["id"])!, TimeSpan.FromSeconds(parsed.GetValue(timeout)),
                    cancellation)
                : accepted;
            if (parsed.GetValue(json))
            {
                Common.PrintJson(answer);
            }
            else
            {
                Console.Out.WriteLine(
                    $"job {answer["id"]} {answer["state"]}: {answer["finished"]} of {answer["count"]} finished, {answer["failed"]} failed");
            }
            return (string?)answer["state"] is "failed" or "stopped" ? ExitCode.Failed : ExitCode.Success;
        });
        return command;
    }

    private static Command CreateStop()
    {
        var id = new Argument<string>("id") { Description = "Id of the job" };
        var endpoint = EndpointOption.Batch();
        var json = Common.Json();
        var command = new Command("stop", "Stop a job and kill its tasks") { id, endpoint.Option, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var batch = new ApiClient(endpoint.Resolve(parsed));
            var answer = await batch.RequireAsync(HttpMethod.Delete, "/v1/jobs/" + Uri.EscapeDataString(parsed.GetValue(id)!), null,
                cancellation);
            if (parsed.GetValue(json))
            {
                Common.PrintJson(answer);
            }
            else
            {
                Console.Out.WriteLine($"job {parsed.GetValue(id)} is {answer["state"] ?? "being stopped"}");
            }
            return ExitCode.Success;
        });
        return command;
    }

    private static JObject Describe(string? file, IReadOnlyList<string> afterDashes) => (file, afterDashes) switch
    {
        (null, []) => throw new CliException(ExitCode.BadInput, "nothing to run", "name a FILE, or put a command after --"),
        (not null, not []) => throw new CliException(ExitCode.BadInput, "both a FILE and a command were given", "give one of them"),
        (not null, _) =>
            Common.ReadDocument(file) as JObject ?? throw new CliException(ExitCode.BadInput, $"{file} does not hold a JSON object"),
        (null, [var only]) => new JObject { ["id"] = MakeId(only), ["command"] = only },
        (null, var several) => new JObject { ["id"] = MakeId(several[0]), ["args"] = new JArray(several) },
    };

    /// <summary>An id such as <c>sleep-20261122-101530-417</c>: what runs, and when it was asked for.</summary>
    private static string MakeId(string command)
    {
        var first = Path.GetFileName(command.Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "job");
        var name = new string([.. first.ToLowerInvariant().Where(c => char.IsAsciiLetterOrDigit(c) || c == '-')]).Trim('-');
        return $"{(name.Length == 0 ? "job" : name)}-{DateTime.UtcNow:yyyyMMdd-HHmmss-fff}";
    }

    private static void Set(JObject job, string member, JToken? value)
    {
        // A null text converts to a JSON value that holds null.
        if (value is JValue { Value: not null })
        {
            job[member] = value;
        }
    }

    private static async Task<JToken> WaitAsync(ApiClient batch, string id, TimeSpan timeout, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        using var pace = new PeriodicTimer(PollInterval);
        var patience = new LeaderPatience(TimeProvider.System);
        try
        {
            while (true)
            {
                JToken? job = null;
                await patience.TryAsync(async () =>
                    job = await batch.RequireAsync(HttpMethod.Get, "/v1/jobs/" + Uri.EscapeDataString(id), null, limit.Token));
                if (job is not null && (string?)job["state"] is "finished" or "failed" or "stopped")
                {
                    return job;
                }
                await pace.WaitForNextTickAsync(limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CliException(ExitCode.TimedOut,
                $"job {id} has not ended after {timeout.TotalSeconds:0} s; it goes on in the cluster");
        }
    }
}
