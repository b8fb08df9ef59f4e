using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Offerbook.Master.Tests.Captures;

/// <summary>
/// Brings answers into the form in which recorded ones are kept: what differs from run to run is replaced by a sign, all else stays
/// to the letter, the order of members and how numbers are written included. Resources are sorted by name, because no client
/// relies on their order and ours is that of the agent; so are the members of maps.
/// </summary>
internal sealed partial class CaptureForm(string masterId, int port)
{
    public string Of(string text)
    {
        text = text.Replace(masterId, "{M}", StringComparison.Ordinal);
        text = Uuid().Replace(text, "{U}");
        text = OfferId().Replace(text, "{M}-O");
        text = text.Replace($"127.0.0.1:{port}", "127.0.0.1:{P}", StringComparison.Ordinal);
        text = Available().Replace(text, "more than available …");
        return Date().Replace(text, "{D}");
    }

    /// <summary>A document in that form.</summary>
    public JsonNode? Of(JsonElement element, string member = "") => element.ValueKind switch
    {
        JsonValueKind.Object => OfObject(element, member is "guarantees" or "limits"),
        JsonValueKind.Array => OfArray(element, member),
        JsonValueKind.Number => OfNumber(element.GetRawText(), member),
        JsonValueKind.String when member is "uuid" or "status_update_uuid" => "B",
        JsonValueKind.String => Of(element.GetString()!),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private JsonObject OfObject(JsonElement element, bool isMap)
    {
        var made = new JsonObject();
        var members = element.EnumerateObject().AsEnumerable();
        foreach (var member in isMap ? members.OrderBy(member => member.Name, StringComparer.Ordinal) : members)
        {
            // Which build it is, and which flags it takes, is compared nowhere or apart.
            if (!member.Name.StartsWith("git_", StringComparison.Ordinal) && member.Name != "flags")
            {
                made.Add(Of(member.Name), Of(member.Value, member.Name));
            }
        }
        return made;
    }

    private JsonArray OfArray(JsonElement element, string member)
    {
        var items = element.EnumerateArray().Select(item => Of(item, member)).ToList();
        if (items.Count > 0 && items.All(item => item is JsonObject resource && resource.ContainsKey("name")
            && (resource.ContainsKey("scalar") || resource.ContainsKey("ranges"))))
        {
            items = [.. items.OrderBy(item => (string)item!["name"]!, StringComparer.Ordinal).ThenBy(item => item!.ToJsonString(),
                StringComparer.Ordinal)];
        }
        return new JsonArray([.. items]);
    }

    private string OfNumber(string raw, string member)
    {
        if (member == "nanoseconds" || (member.Contains("time", StringComparison.Ordinal) && member != "failover_timeout"))
        {
            return raw is "0" or "0.0" ? "0" : "T";
        }
        return member == "port" && raw == port.ToString(System.Globalization.CultureInfo.InvariantCulture) ? "P" : member == "executor_pid"
            ? "N" : "#" + raw;
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uuid();

    [GeneratedRegex(@"\{M\}-O\d+")]
    private static partial Regex OfferId();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")]
    private static partial Regex Date();

    [GeneratedRegex("more than available .*")]
    private static partial Regex Available();
}
