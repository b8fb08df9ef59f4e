using System.CommandLine;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Cli.Talking;
using Spectre.Console;

namespace Offerbook.Cli.Commands;

/// <summary>Options and output shared by the client verbs.</summary>
internal static class Common
{
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document instead of text" };

    public static Option<bool> Force() => new("--force") { Description = "Override running deployments that hold a lock" };

    public static Option<bool> NoWait() => new("--no-wait") { Description = "Return when the change is accepted, not when it is done" };

    public static Option<int> Timeout() => new("--timeout")
    {
        Description = "Give up waiting after so many seconds (the change goes on)",
        HelpName = "seconds",
        DefaultValueFactory = _ => 600,
    };

    public static void PrintJson(JToken document) => Console.Out.WriteLine(document.ToString(Formatting.Indented));

    public static void PrintTable(Table table)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = 200; // A pipe has no width; do not fold what a script reads.
        }
        console.Write(table);
    }

    public static Table NewTable(params string[] columns)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column)).NoWrap());
        }
        return table;
    }

    public static void Row(this Table table, params object?[] cells) =>
        table.AddRow(cells.Select(cell => (Spectre.Console.Rendering.IRenderable)new Text(cell?.ToString() ?? "")));

    /// <summary>An absolute id without doubled slashes: <c>a/b</c> → <c>/a/b</c>.</summary>
    public static string AbsoluteId(string id) => "/" + string.Join('/', id.Split('/', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Whether anything tells if its instances are healthy; else the counts of healthy ones are 0 and say nothing.</summary>
    public static bool HasHealthChecks(JToken app) => app["healthChecks"] is JArray { Count: > 0 };

    public static string AppPath(string id) => "/v2/apps" + AbsoluteId(id);

    /// <summary>Reads a JSON document of the user's.</summary>
    public static JToken ReadDocument(string file)
    {
        try
        {
            var text = file == "-" ? Console.In.ReadToEnd() : File.ReadAllText(file);
            using var reader = new JsonTextReader(new StringReader(text)) { DateParseHandling = DateParseHandling.None };
            return JToken.ReadFrom(reader);
        }
        catch (JsonReaderException problem)
        {
            throw new CliException(ExitCode.BadInput, $"{file} is not JSON: {problem.Message}");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.BadInput, $"cannot read {file}: {problem.Message}");
        }
    }

    /// <summary>Submits a change that starts a deployment, and follows it unless told not to.</summary>
    public static async Task<int> SubmitAsync(ApiClient apps, HttpMethod method, string path, JToken? body, WaitOptions wait,
        CancellationToken cancellation)
    {
        using var watch = wait.NoWait ? null : await DeploymentWatch.OpenAsync(apps, cancellation);
        var answer = await apps.SendAsync(method, path, body, cancellation);
        if (!answer.IsSuccess)
        {
            throw Refusal.From(answer, $"{method} {path}");
        }
        var deployment = answer.DeploymentId ?? (string?)answer.Body?["deploymentId"]
            ?? throw new CliException(ExitCode.Failed, $"{method} {path} was answered without a deployment id");
        if (watch is null)
        {
            Report(wait.Json, deployment, "accepted", null);
            return ExitCode.Success;
        }
        var progress = new ProgressView(apps, deployment, quiet: wait.Json);
        var (end, reason) = await watch.WaitAsync(deployment, wait.Timeout, () => progress.ShowAsync(cancellation), cancellation);
        progress.Finish();
        if (end is DeploymentEnd.Failed && await RolledBackByAsync(apps, deployment, cancellation) is { } other)
        {
            reason += $"; deployment {other} rolls it back";
        }
        Report(wait.Json, deployment, end.ToString().ToLowerInvariant(), reason);
        return end switch
        {
            DeploymentEnd.Succeeded => ExitCode.Success,
            DeploymentEnd.TimedOut => ExitCode.TimedOut,
            DeploymentEnd.Paused or DeploymentEnd.Held => ExitCode.Halted,
            _ => ExitCode.Failed,
        };
    }

    /// <summary>The deployment that takes a failed one's changes back by itself.</summary>
    private static async Task<string?> RolledBackByAsync(ApiClient apps, string deployment, CancellationToken cancellation)
    {
        var outcome = await apps.GetAsync($"/offerbook/v1/deployments/{deployment}", cancellation);
        return outcome.IsSuccess ? (string?)outcome.Body?["rolledBackBy"] : null;
    }

    private static void Report(bool json, string deployment, string outcome, string? reason)
    {
        if (json)
        {
            PrintJson(new JObject { ["deploymentId"] = deployment, ["outcome"] = outcome, ["reason"] = reason });
        }
        else
        {
            Console.Out.WriteLine(
                $"deployment {deployment} {(outcome == "timedout" ? "timed out" : outcome)}{(reason is null ? "" : ": " + reason)}");
        }
    }
}

internal sealed record WaitOptions(bool NoWait, TimeSpan Timeout, bool Json);
