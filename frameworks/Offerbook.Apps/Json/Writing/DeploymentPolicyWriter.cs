using Newtonsoft.Json.Linq;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Writing;

/// <summary>Writes an app's <c>deployment</c>; what is not limited is missing.</summary>
internal static class DeploymentPolicyWriter
{
    public static JObject Write(DeploymentPolicy policy)
    {
        var json = new JObject();
        json.AddOptional("deadlineSeconds", policy.DeadlineSeconds);
        json.AddOptional("maxFailures", policy.MaxFailures);
        json.AddOptional("onFailure", policy.OnFailure is { } action ? EnumTexts.FailureActions.Write(action) : null);
        json.AddNonEmpty("pauseAfter",
            policy.PauseAfter.JsonOf(point => point.IsPercent ? new JValue(point.ToString()) : new JValue(point.Amount)));
        return json;
    }
}
