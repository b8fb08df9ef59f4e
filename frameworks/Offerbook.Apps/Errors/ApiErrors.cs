using System.Globalization;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Errors;

/// <summary>Every refusal of the /v2 API, with the exact texts that clients compare.</summary>
public static class ApiErrors
{
    /// <param name="parserText">What the parser had to say.</param>
    public static ApiError BrokenJson(string parserText) =>
        new(400, new JObject { ["message"] = "Invalid JSON", ["details"] = parserText });

    public static ApiError EmptyBody(string parserText) =>
        new(400, new JObject { ["message"] = "Please specify data in JSON format", ["details"] = parserText });

    /// <summary>Well-formed JSON of the wrong shape.</summary>
    public static ApiError InvalidShape(PathErrors errors) =>
        new(422, new JObject { ["message"] = "Invalid JSON", ["details"] = errors.ToJson() });

    /// <summary>The right shape with the wrong meaning.</summary>
    public static ApiError NotValid(PathErrors errors) =>
        new(422, new JObject { ["message"] = "Object is not valid", ["details"] = errors.ToJson() });

    public static ApiError NotValid(string path, string error)
    {
        var errors = new PathErrors();
        errors.Add(path, error);
        return NotValid(errors);
    }

    public static ApiError Unprocessable(string message) => ApiError.Of(422, message);

    public static ApiError InvalidTimestamp(string text) =>
        Unprocessable($"Invalid timestamp provided '{text}'. Expecting ISO-8601 datetime string.");

    public static ApiError BadSelector(string selector) => Unprocessable($"Can not parse label selector {selector}");

    public static ApiError InvalidTaskId(string id, string why) => BadRequest($"Invalid task id '{id}'. [{why}]");

    public static ApiError BadRequest(string message) => ApiError.Of(400, message);

    public static ApiError ScaleAndWipe() => BadRequest("You cannot use scale and wipe at the same time.");

    public static ApiError UnknownApp(PathId id, Timestamp? version = null) => Unknown("App", id.ToString(), version);

    public static ApiError UnknownPod(PathId id) => Unknown("Pod", id.ToString(), null);

    public static ApiError UnknownGroup(PathId id, Timestamp? version = null) => Unknown("Group", id.ToString(), version);

    public static ApiError UnknownPath(PathId id, Timestamp? version = null) => Unknown("Path", id.ToString(), version);

    public static ApiError UnknownTask(string id) => Unknown("Task", id, null);

    public static ApiError UnknownDeployment(string id) => ApiError.Of(404, $"DeploymentPlan {id} does not exist");

    public static ApiError NotInQueue(PathId id) => ApiError.Of(404, $"Application {id} not found in tasks queue.");

    public static ApiError UriNotFound() => ApiError.Of(404, "URI not found");

    public static ApiError NotAuthenticated() => ApiError.Of(401, "Unauthorized");

    public static ApiError NotAuthorized() => ApiError.Of(403, "Not Authorized to perform this action!");

    public static ApiError NoLeader() => ApiError.Of(404, "There is no leader");

    public static ApiError AppExists(PathId id) => ApiError.Of(409, $"An app with id [{id}] already exists.");

    public static ApiError PodExists(PathId id) => ApiError.Of(409, $"A pod with id [{id}] already exists.");

    public static ApiError GroupExists(PathId id) => ApiError.Of(409, $"Group {id} is already created. Use PUT to change this group.");

    public static ApiError AppAtGroupPath(PathId id) => ApiError.Of(409, $"An app with the path {id} already exists.");

    /// <summary>Running deployments touch the same apps. <c>&lt;DEPLOYMENT_ID&gt;</c> is literally in the text.</summary>
    public static ApiError Locked(IEnumerable<string> deploymentIds) => new(409, new JObject
    {
        ["message"] = "App is locked by one or more deployments. Override with the option '?force=true'. "
            + "View details at '/v2/deployments/<DEPLOYMENT_ID>'.",
        ["deployments"] = new JArray(deploymentIds.Select(id => new JObject { ["id"] = id })),
    });

    public static ApiError TooManyDeployments(int max) => ApiError.Of(403, string.Create(CultureInfo.InvariantCulture,
        $"Max number ({max}) of running deployments is achieved. Wait for existing deployments to complete or cancel one using "
        + $"force=true parameter."));

    public static ApiError NoFreeServicePort(int min, int max) =>
        ApiError.Of(500, string.Create(CultureInfo.InvariantCulture, $"All ports in the range [{min}-{max}) are already in use"));

    /// <summary>What the client has read is no longer so.</summary>
    public static ApiError PreconditionFailed(string what) =>
        ApiError.Of(412, what + ". Read it again, and repeat the change if it still makes sense.");

    /// <summary>The body of a group's PUT names another place than the URL.</summary>
    public static ApiError StrayGroup(PathId body, PathId url) =>
        NotValid("/id", $"{body} is neither the group {url} of the path nor below it. Override with the option '?force=true'.");

    public static ApiError NotTopLevel() => Unprocessable("Path needs to be top-level");

    /// <summary>For 405, 406, 415 and the like.</summary>
    public static ApiError Http(int status, string reasonPhrase) => ApiError.Of(status, reasonPhrase);

    private static ApiError Unknown(string kind, string id, Timestamp? version) =>
        ApiError.Of(404, $"{kind} '{id}' does not exist" + (version is null ? "" : " in version " + version));
}
