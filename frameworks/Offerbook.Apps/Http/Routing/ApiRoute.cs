namespace Offerbook.Apps.Http.Routing;

/// <summary>
/// One thing that can be asked of the API, with what there is to say about it: the OpenAPI document is made of these, and a request is
/// read by them. Query parameters that are not named here cannot be read.
/// </summary>
/// <param name="Method">In capitals. GET answers HEAD too.</param>
/// <param name="Summary">What it does, in a line.</param>
/// <param name="Answer">Null: it has answered by itself, with a stream.</param>
internal sealed record ApiRoute(string Method, RouteTemplate Template, string Summary, Func<ApiRequest, Task<ApiResponse?>> Answer)
{
    public IReadOnlyList<QueryParameter> Query { get; init; } = [];

    public RequestBody? Body { get; init; }

    /// <summary>The first is what it is for; errors that every route has (400, 401, 403, 406, 500, 503) are not named.</summary>
    public IReadOnlyList<AnswerForm> Answers { get; init; } = [];

    /// <summary>What a client may accept; empty: it is not asked.</summary>
    public IReadOnlyList<string> Produces { get; init; } = ["application/json"];

    /// <summary>
    /// Whether its answer may be a list of all there is, made anew for each who asks: threads that stand back make it. Those that are made
    /// once for all see to it themselves.
    /// </summary>
    public bool IsLarge { get; init; }

    /// <summary>Adds query parameters.</summary>
    public ApiRoute Asks(params IEnumerable<QueryParameter> parameters) => this with { Query = [.. Query, .. parameters] };

    /// <param name="form">A type of Json/Schema, <c>[X]</c> for a list of it, <c>{X}</c> for a map, or <c>any</c>.</param>
    /// <param name="onlyJson">Another content type is refused with 415.</param>
    public ApiRoute Takes(string form, string meaning, bool onlyJson = true) =>
        this with { Body = new RequestBody(form, meaning, onlyJson) };

    /// <summary>Its answer may be large.</summary>
    public ApiRoute Large() => this with { IsLarge = true };

    /// <param name="form">As for bodies; null: none.</param>
    public ApiRoute Gives(int status, string? form, string meaning, string type = "application/json") =>
        this with { Answers = [.. Answers, new AnswerForm(status, form, meaning, type)] };

    /// <summary>Refuses with a JSON error.</summary>
    public ApiRoute Refuses(int status, string meaning) => Gives(status, "Error", meaning);

    /// <summary>Sends other types than JSON too, or instead; none: whatever the client accepts.</summary>
    public ApiRoute As(params IReadOnlyList<string> types) => this with { Produces = types };
}

/// <param name="Form">As in Json/Schema: <c>flag</c>, <c>text</c>, <c>int</c>, <c>[text]</c> for one that may be repeated.</param>
/// <param name="Default">What an absent one means; null: nothing special.</param>
internal sealed record QueryParameter(string Name, string Form, string Meaning, string? Default = null)
{
    public static QueryParameter Force { get; } =
        new("force", "flag", "Cancel deployments that are in the way instead of being refused by them", "false");

    public static QueryParameter Restart { get; } = new("restart", "RestartWhen",
        "always: every difference but that of the number of instances replaces instances, as clients know it; "
        + "needed: labels, dependencies, upgradeStrategy, back-off and killSelection change in place. "
        + "As the server's default has it, if absent");

    public static QueryParameter Scale { get; } = new("scale", "flag",
        "Lower the number of instances by as many as are killed: a deployment", "false");

    public static QueryParameter Wipe { get; } =
        new("wipe", "flag", "Give the instances up, with their reservations and volumes, and answer when they have ended", "false");

    public static QueryParameter Embed { get; } = new("embed", "[text]",
        "Live data to show: tasks, counts, deployments, readiness, lastTaskFailure, failures, taskStats; "
        + "the prefixes app., apps. and group.apps. are allowed");
}

internal sealed record RequestBody(string Form, string Meaning, bool OnlyJson);

internal sealed record AnswerForm(int Status, string? Form, string Meaning, string Type);
