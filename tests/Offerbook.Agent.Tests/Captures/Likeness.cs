using System.Text.Json;
using System.Text.RegularExpressions;

namespace Offerbook.Agent.Tests.Captures;

/// <summary>
/// Compares an answer with a recorded one: members and their order at all depths, kinds of values, and texts. Not compared are
/// amounts and times, what names a build or a machine, and which figures of a container its isolation can tell beyond the recorded.
/// </summary>
internal sealed partial class Likeness(string work)
{
    private static readonly HashSet<string> s_peculiar =
        ["build_date", "build_user", "git_sha", "git_branch", "git_tag", "pid", "hostname", "master_hostname", "user", "uuid",
            "status_update_uuid"];

    private static readonly HashSet<string> s_figures = ["statistics", "resource_statistics"];

    /// <summary>Each difference as a line: where, what was recorded, and what is there.</summary>
    public IEnumerable<string> Differences(JsonElement recorded, JsonElement answer, string at = "")
    {
        if (Kind(recorded) != Kind(answer))
        {
            return [$"{at}: {Kind(recorded)} was recorded, not {Kind(answer)}"];
        }
        return recorded.ValueKind switch
        {
            JsonValueKind.Object => OfObjects(recorded, answer, at),
            JsonValueKind.Array => OfArrays([.. Sorted(recorded)], [.. Sorted(answer)], at),
            JsonValueKind.String when !s_peculiar.Contains(Last(at)) && Of(recorded.GetString()!) != Of(answer.GetString()!) =>
                [$"{at}: '{Of(recorded.GetString()!)}' was recorded, not '{Of(answer.GetString()!)}'"],
            _ => [],
        };
    }

    private IEnumerable<string> OfObjects(JsonElement recorded, JsonElement answer, string at)
    {
        var theirs = Members(recorded);
        var ours = Members(answer);
        var names = s_figures.Contains(Last(at))
            ? [.. ours.Select(member => member.Name).Intersect(theirs.Select(member => member.Name)).Order()]
            : ours.Select(member => member.Name).ToList();
        var expected = s_figures.Contains(Last(at))
            ? [.. theirs.Select(member => member.Name).Order()] : theirs.Select(member => member.Name).ToList();
        return expected.SequenceEqual(names)
            ? theirs.SelectMany(member =>
                Differences(member.Value, ours.First(own => own.Name == member.Name).Value, $"{at}.{member.Name}"))
            : [$"{at}: members {string.Join(' ', expected)} were recorded, not {string.Join(' ', names)}"];
    }

    private IEnumerable<string> OfArrays(List<JsonElement> recorded, List<JsonElement> answer, string at) => recorded.Count == answer.Count
        ? recorded.SelectMany((element, i) => Differences(element, answer[i], $"{at}[{i}]"))
        : [$"{at}: {recorded.Count} elements were recorded, not {answer.Count}"];

    private List<(string Name, JsonElement Value)> Members(JsonElement element) =>
        [.. element.EnumerateObject().Where(member => member.Name != "flags"
            && !member.Name.StartsWith("git_", StringComparison.Ordinal)).Select(member => (Of(member.Name), member.Value))];

    /// <summary>Resources by name, because nobody relies on their order; all else as it is.</summary>
    private static IEnumerable<JsonElement> Sorted(JsonElement array)
    {
        var elements = array.EnumerateArray();
        return elements.All(element => element.ValueKind == JsonValueKind.Object && element.TryGetProperty("name", out _)
            && (element.TryGetProperty("scalar", out _) || element.TryGetProperty("ranges", out _)))
            ? elements.OrderBy(element => element.GetProperty("name").GetString(), StringComparer.Ordinal)
            : elements;
    }

    private string Of(string text) => Uuid().Replace(text.Replace(work, "{W}", StringComparison.Ordinal)
        .Replace("/var/lib/mesos/agent", "{W}", StringComparison.Ordinal)
        .Replace(Support.Make.AgentIdText, "{U}-S0", StringComparison.Ordinal), "{U}");

    private static JsonValueKind Kind(JsonElement element) =>
        element.ValueKind == JsonValueKind.False ? JsonValueKind.True : element.ValueKind;

    private static string Last(string at) => at[(at.LastIndexOf('.') + 1)..];

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uuid();
}
