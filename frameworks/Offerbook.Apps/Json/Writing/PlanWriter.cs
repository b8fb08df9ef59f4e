using Newtonsoft.Json.Linq;
using Offerbook.Apps.Deployments.Planning;

namespace Offerbook.Apps.Json.Writing;

public static class PlanWriter
{
    /// <summary><c>{"id","version","steps"}</c>, as events and dry runs show a plan.</summary>
    public static JObject Write(DeploymentPlan plan) => new()
    {
        ["id"] = plan.Id,
        ["steps"] = WriteSteps(plan),
        ["version"] = plan.Version.ToString(),
    };

    public static JArray WriteSteps(DeploymentPlan plan) => plan.Steps.JsonOf(WriteStep);

    public static JToken WriteStep(DeploymentStep step) => new JObject { ["actions"] = step.Actions.JsonOf(WriteAction) };

    public static JToken WriteAction(DeploymentAction action) =>
        new JObject { ["action"] = action.Name, [action.IsOfPod ? "pod" : "app"] = action.App.Id.ToString() };
}
