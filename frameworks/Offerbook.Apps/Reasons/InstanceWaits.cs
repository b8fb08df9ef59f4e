using System.Globalization;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Health;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Json;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Reasons;

/// <summary>
/// What an app's instances wait for, as a published view tells it. Costs a walk over the app's instances, and nothing when all of
/// them are ready; at most <see cref="MaxExamples"/> instances are named for each reason, beside how many there are.
/// </summary>
internal static class InstanceWaits
{
    public const int MaxExamples = 20;

    public static List<WaitReason> Of(AppsView view, PathId app, Timestamp now)
    {
        var reasons = new List<WaitReason>();
        var tally = view.State.Instances.TallyOf(app);
        if (tally.Total == tally.Ready)
        {
            return reasons;
        }
        var instances = view.State.Instances.Of(app);
        var waiting = instances.Where(instance => instance is { Goal: Goal.Running, Condition: Condition.Scheduled }).ToList();
        if (waiting.Count > 0)
        {
            reasons.Add(LaunchWaits.Of(view, app, waiting.Count, now));
        }
        Add(reasons, WaitKind.Launching, "launched and not running yet",
            instances.Where(instance => instance.Goal == Goal.Running && !instance.MustDie
            && instance.Condition is Condition.Provisioned or Condition.Staging or Condition.Starting), Describe);
        var running = instances.Where(instance => instance is { Goal: Goal.Running, Condition: Condition.Running }).ToList();
        Add(reasons, WaitKind.NotHealthy, "running and not known to be healthy",
            running.Where(instance => !InstanceHealth.IsHealthy(view.State.DefinitionOf(instance), instance)), instance =>
                DescribeHealth(view, instance));
        Add(reasons, WaitKind.NotReady, "running and not ready",
            running.Where(instance => view.State.DefinitionOf(instance).ReadinessChecks.Count > 0 && !instance.Ready
                && view.State.LockOf(app) is not null),
            instance => DescribeReadiness(view, instance));
        Add(reasons, WaitKind.WaitingForKill, "told to end and still there",
            instances.Where(instance => instance.MustDie && !instance.Condition.IsUnreachable()), Describe);
        Add(reasons, WaitKind.Unreachable, "on agents that cannot be reached",
            instances.Where(instance => instance.Condition.IsUnreachable()), Describe);
        return reasons;
    }

    private static void Add(List<WaitReason> reasons, WaitKind kind, string what, IEnumerable<Instance> instances,
        Func<Instance, JObject> describe)
    {
        var list = instances.ToList();
        if (list.Count > 0)
        {
            var facts = new JObject { ["instances"] = list.Count, ["examples"] = new JArray(list.Take(MaxExamples).Select(describe)) };
            reasons.Add(
                new WaitReason(kind,
                    string.Create(CultureInfo.InvariantCulture,
                        $"{list.Count} {(list.Count == 1 ? "instance is" : "instances are")} {what}"), facts));
        }
    }

    private static JObject Describe(Instance instance)
    {
        var json = new JObject { ["instanceId"] = instance.Id.Value, ["condition"] = instance.Condition.ToString(),
            ["since"] = instance.Since.ToString() };
        if (instance.IsActive)
        {
            json["taskId"] = instance.Task.Value;
        }
        if (instance.Placement is { } placement)
        {
            json["host"] = placement.Host;
            json["agentId"] = placement.Agent.Value;
        }
        return json;
    }

    private static JObject DescribeHealth(AppsView view, Instance instance)
    {
        var app = view.State.DefinitionOf(instance);
        var known = view.HealthOf(instance);
        var checks = new JArray();
        for (var i = 0; i < app.HealthChecks.Count; i++)
        {
            var result = InstanceHealth.ResultOf(app, instance, i);
            if (result == true)
            {
                continue;
            }
            var check = app.HealthChecks[i];
            var json = new JObject { ["index"] = i, ["protocol"] = EnumTexts.HealthProtocols.Write(check.Protocol),
                ["state"] = result is null ? "unknown" : "failing" };
            if (check.Path is not null)
            {
                json["path"] = check.Path;
            }
            if (!check.IsMadeByAgent && i < known.Count)
            {
                json["consecutiveFailures"] = known[i].ConsecutiveFailures;
                if (known[i].LastFailureCause is { } cause)
                {
                    json["lastAnswer"] = cause;
                }
            }
            checks.Add(json);
        }
        var described = Describe(instance);
        described["checks"] = checks;
        return described;
    }

    private static JObject DescribeReadiness(AppsView view, Instance instance)
    {
        var described = Describe(instance);
        described["check"] = view.State.DefinitionOf(instance).ReadinessChecks[0].Name;
        described["lastAnswer"] = view.Readiness.GetValueOrDefault(instance.Id) switch
        {
            ProbeResult.HttpAnswered answered => $"{answered.Status} {answered.Reason}".TrimEnd(),
            ProbeResult.NoAnswer none => none.Cause,
            _ => "none yet",
        };
        return described;
    }
}
