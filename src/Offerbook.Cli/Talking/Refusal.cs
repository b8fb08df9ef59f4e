using System.Text;
using Newtonsoft.Json.Linq;

namespace Offerbook.Cli.Talking;

/// <summary>Turns a server's error answer into the message, hint and exit status of a verb.</summary>
internal static class Refusal
{
    public static CliException From(ApiAnswer answer, string call)
    {
        var message = new StringBuilder(answer.Body?["message"]?.ToString() ?? answer.Text.Trim());
        if (message.Length == 0)
        {
            message.Append($"{call} was answered {answer.Status} without a reason");
        }
        AppendDetails(message, answer.Body?["details"]);
        return answer.Status switch
        {
            404 => new CliException(ExitCode.NotFound, message.ToString(), "'offerbook status' shows what there is"),
            409 => new CliException(ExitCode.Conflict, message.ToString(),
                answer.Body?["deployments"] is null ? null : "wait for that deployment to end, or override it with --force"),
            400 or 413 or 415 or 422 => new CliException(ExitCode.BadInput, message.ToString()),
            401 => new CliException(ExitCode.Failed, $"{message} (status 401)", "say who you are with --principal and --secret-file"),
            >= 500 => new CliException(ExitCode.Unavailable, $"{message} (status {answer.Status})",
                "try again; the server's log tells more"),
            _ => new CliException(ExitCode.Failed, $"{message} (status {answer.Status})"),
        };
    }

    /// <summary>Details are a text, or a list of <c>{"path": …, "errors": […]}</c>.</summary>
    private static void AppendDetails(StringBuilder message, JToken? details)
    {
        switch (details)
        {
            case JArray list:
                foreach (var entry in list.OfType<JObject>())
                {
                    foreach (var error in entry["errors"] as JArray ?? [])
                    {
                        message.Append($"\n  {entry["path"]}: {error}");
                    }
                }
                break;
            case JValue { Value: string text }:
                message.Append("\n  ").Append(text);
                break;
        }
    }
}
