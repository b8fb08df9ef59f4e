using Newtonsoft.Json.Linq;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Commands;

/// <summary><c>offerbook why APP</c>: every reason why an app is not where it shall be, with the numbers.</summary>
internal static class AppWaits
{
    public static async Task<int> ShowAsync(ApiClient apps, string id, bool json, CancellationToken cancellation)
    {
        var answer = await apps.RequireAsync(HttpMethod.Get, $"/offerbook/v1/apps{Common.AbsoluteId(id)}/why", null, cancellation);
        if (json)
        {
            Common.PrintJson(answer);
            return ExitCode.Success;
        }
        Console.Out.WriteLine($"{answer["id"]}: {answer["ready"]} of {answer["instances"]} instances ready, {answer["running"]} running");
        if (answer["deployment"] is { } deployment)
        {
            Console.Out.WriteLine(
                $"deployment {deployment["id"]} is {deployment["state"]}, step {deployment["step"]} of {deployment["of"]}");
            if ((string?)deployment["state"] is "paused" or "held")
            {
                Console.Out.WriteLine(
                    $"  go on: offerbook rollout promote {answer["id"]}; go back: offerbook rollout abort {answer["id"]}");
            }
        }
        var reasons = (JArray)answer["reasons"]!;
        if (reasons.Count == 0)
        {
            Console.Out.WriteLine(answer["suspended"] is { } before ? $"suspended; it had {before} instances" : "it waits for nothing");
        }
        foreach (var reason in reasons)
        {
            Print(reason);
        }
        return ExitCode.Success;
    }

    public static void Print(JToken reason)
    {
        Console.Out.WriteLine($"{reason["reason"]}: {reason["message"]}");
        foreach (var offer in reason["offers"] ?? new JArray())
        {
            Console.Out.WriteLine($"  {offer["host"]}: {string.Join("; ", offer["reasons"]!.Select(Refusal))}");
        }
        foreach (var instance in reason["examples"] ?? new JArray())
        {
            var checks = (instance["checks"] ?? new JArray())
                .Select(check => $"{check["protocol"]}{check["path"]} {check["state"]}{Answer(check["lastAnswer"])}");
            var detail = instance["check"] is { } readiness
                ? $", {readiness}{Answer(instance["lastAnswer"])}" : string.Concat(checks.Select(check => ", " + check));
            Console.Out.WriteLine(
                $"  {instance["taskId"] ?? instance["instanceId"]} {instance["condition"]} since {instance["since"]} "
                + $"on {instance["host"] ?? "no agent"}{detail}");
        }
    }

    public static string Refusal(JToken refusal) => $"{refusal["resource"]} requested {refusal["requested"]}, free {refusal["offered"]}";

    private static string Answer(JToken? answer) => answer is null ? "" : $" ({answer})";
}
