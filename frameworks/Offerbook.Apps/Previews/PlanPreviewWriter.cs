using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Pods.Json;
using Offerbook.Apps.Reasons;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Previews;

/// <summary>A plan for people and programs to look at before it is carried out.</summary>
internal static class PlanPreviewWriter
{
    private static readonly string[] Stamps = ["version", "versionInfo"];

    public static JObject Write(AppsView view, DeploymentPlan plan, FitVerdict fit)
    {
        var differences = TreeDifference.Specs(plan.Original, plan.Target);
        var groups = TreeDifference.Groups(plan.Original, plan.Target);
        return new JObject
        {
            ["changes"] = differences.Count > 0 || groups.Count > 0,
            ["steps"] = PlanWriter.WriteSteps(plan),
            ["apps"] = new JArray(differences.Select(difference => Write(plan, difference))),
            ["conflicts"] =
                new JArray(view.State.Deployments.Where(running => running.Plan.ConflictsWith(plan)).Select(running => running.Id)),
            ["warnings"] = new JArray(plan.Warnings),
            ["fit"] = Write(fit),
        };
    }

    private static JObject Write(DeploymentPlan plan, Difference<RunSpec> difference)
    {
        var action = plan.Steps.SelectMany(step => step.Actions)
            .LastOrDefault(action => action.App.Id == difference.Id && action is not DeploymentAction.Start);
        var json = new JObject
        {
            ["id"] = difference.Id.ToString(),
            ["change"] = difference.From is null ? "create" : difference.To is null ? "remove" : "update",
            ["instances"] = new JObject { ["from"] = difference.From?.Instances ?? 0, ["to"] = difference.To?.Instances ?? 0 },
            ["restarts"] = action is DeploymentAction.Restart,
            ["members"] = new JArray(Members(difference)),
        };
        json.AddOptional("action", action?.Name);
        return json;
    }

    /// <summary>Every member that is not the same; why something restarts is among them, unless only a restart was asked for.</summary>
    private static IEnumerable<JObject> Members(Difference<RunSpec> difference)
    {
        if (difference.From is null || difference.To is null)
        {
            yield break;
        }
        var (before, after) = (Write(difference.From), Write(difference.To));
        foreach (var name in before.Properties().Concat(after.Properties()).Select(member => member.Name).Distinct().Except(Stamps))
        {
            if (!JToken.DeepEquals(before[name], after[name]))
            {
                var json = new JObject { ["member"] = name };
                json.AddOptional("from", before[name]?.DeepClone());
                json.AddOptional("to", after[name]?.DeepClone());
                yield return json;
            }
        }
    }

    private static JObject Write(FitVerdict fit)
    {
        var verdict = fit.Starts.Count == 0 && fit.Agents == 0 ? "unknown"
            : fit.Starts.All(start => start.Placed == start.Wanted) ? "fits"
            : fit.Starts.Any(start => start.Placed > 0) ? "partly" : "no";
        return new JObject { ["verdict"] = verdict, ["agents"] = fit.Agents, ["apps"] = new JArray(fit.Starts.Select(Write)) };
    }

    private static JObject Write(StartFit start)
    {
        var json = new JObject { ["id"] = start.Spec.Id.ToString(), ["wanted"] = start.Wanted, ["placed"] = start.Placed,
            ["later"] = start.Later };
        if (start.Placed < start.Wanted)
        {
            json["summary"] = LaunchWaits.Summarise(start.Refusals.Select(refused => refused.Refusals));
            json["offers"] = new JArray(start.Refusals.Take(InstanceWaits.MaxExamples).Select(refused => new JObject
            {
                ["agentId"] = refused.Offer.Rest.Offer.AgentId.Value,
                ["host"] = refused.Offer.Rest.Offer.Hostname,
                ["reasons"] = new JArray(refused.Refusals.Select(LaunchWaits.Write)),
            }));
        }
        return json;
    }

    private static JObject Write(RunSpec spec) => spec is PodDefinition pod ? PodWriter.Write(pod) : AppWriter.Write((AppDefinition)spec);
}
