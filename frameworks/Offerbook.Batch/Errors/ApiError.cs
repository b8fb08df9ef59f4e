using Newtonsoft.Json.Linq;

namespace Offerbook.Batch.Errors;

/// <summary>All that is wrong at one place of a document.</summary>
/// <param name="Path">Such as <c>/args/0</c>; <c>/</c> is the whole document.</param>
public sealed record PathErrors(string Path, IReadOnlyList<string> Errors);

/// <summary>The body of every answer that says no: <c>{"message": …, "details": [{"path": …, "errors": […]}]}</c>.</summary>
public static class ApiError
{
    public static JObject Body(string message, IEnumerable<PathErrors>? details = null) => new()
    {
        ["message"] = message,
        ["details"] = new JArray((details ?? []).Select(d => new JObject { ["path"] = d.Path, ["errors"] = new JArray(d.Errors) })),
    };
}
