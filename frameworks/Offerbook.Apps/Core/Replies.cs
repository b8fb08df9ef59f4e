using Newtonsoft.Json.Linq;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Errors;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Core;

/// <summary>Answers to changes, in the forms that clients expect.</summary>
internal static class Replies
{
    public static Reply Of(ConnectionId connection, int status, JToken? body) => new(connection, status, [], body);

    public static Reply Of(ConnectionId connection, ApiError error) => new(connection, error.Status, [], error.Body);

    /// <summary><c>{"version","deploymentId"}</c>, with the deployment's header and, for what is new, where it is.</summary>
    public static Reply Started(ConnectionId connection, int status, DeploymentPlan plan, string? location = null, JObject? body = null) =>
        new(
        connection, status, Headers(plan, location),
        WithWarnings(plan, body ?? new JObject { ["version"] = plan.Version.ToString(), ["deploymentId"] = plan.Id }));

    private static JObject WithWarnings(DeploymentPlan plan, JObject body)
    {
        if (plan.Warnings.Count > 0)
        {
            body["warnings"] = new JArray(plan.Warnings);
        }
        return body;
    }

    private static List<KeyValuePair<string, string>> Headers(DeploymentPlan plan, string? location)
    {
        var headers = new List<KeyValuePair<string, string>> { KeyValuePair.Create("Marathon-Deployment-Id", plan.Id) };
        if (location is not null)
        {
            headers.Add(KeyValuePair.Create("Location", location));
        }
        return headers;
    }
}
