using Newtonsoft.Json.Linq;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Json.Writing;

namespace Offerbook.Apps.Events;

/// <summary>Events about deployments.</summary>
internal static class DeploymentEvents
{
    public const string CancelledReason = "The upgrade has been cancelled";

    public static AppsEvent Info(Deployment deployment) => new("deployment_info", WithStep(deployment));

    public static AppsEvent StepSuccess(Deployment deployment) => new("deployment_step_success", WithStep(deployment));

    public static AppsEvent Success(DeploymentPlan plan) =>
        new("deployment_success", new JObject { ["id"] = plan.Id, ["plan"] = PlanWriter.Write(plan) });

    public static AppsEvent Failed(DeploymentPlan plan, string reason) =>
        new("deployment_failed", new JObject { ["id"] = plan.Id, ["plan"] = PlanWriter.Write(plan), ["reason"] = reason });

    private static JObject WithStep(Deployment deployment) => new()
    {
        ["plan"] = PlanWriter.Write(deployment.Plan),
        ["currentStep"] = PlanWriter.WriteStep(new DeploymentStep(deployment.CurrentActions)),
    };
}
