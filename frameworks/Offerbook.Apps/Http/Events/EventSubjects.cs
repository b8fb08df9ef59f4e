using System.Text.Json;
using Offerbook.Apps.Core;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http.Events;

/// <summary>What an event is about, as its payload says: apps or pods, or a group whose change it tells.</summary>
internal sealed record EventSubjects(IReadOnlyList<PathId> Specs, PathId? Group)
{
    public static EventSubjects Of(PublishEvent published)
    {
        using var document = JsonDocument.Parse(published.Json);
        var (payload, specs) = (document.RootElement, new List<PathId>());
        Add(specs, payload, "appId");
        Add(specs, payload, "runSpecId");
        if (payload.TryGetProperty("appDefinition", out var app))
        {
            Add(specs, app, "id");
        }
        if (published.Type.StartsWith("pod_", StringComparison.Ordinal) && payload.TryGetProperty("uri", out var uri)
            && uri.GetString() is { } path && path.StartsWith("/v2/pods/", StringComparison.Ordinal))
        {
            specs.Add(PathId.Parse(path["/v2/pods".Length..]));
        }
        if (payload.TryGetProperty("plan", out var plan))
        {
            foreach (var action in plan.GetProperty("steps").EnumerateArray()
                .SelectMany(step => step.GetProperty("actions").EnumerateArray()))
            {
                Add(specs, action, "app");
                Add(specs, action, "pod");
            }
        }
        return new EventSubjects(specs.Distinct().ToList(),
            payload.TryGetProperty("groupId", out var group) && group.GetString() is { } id ? PathId.Parse(id) : null);
    }

    private static void Add(List<PathId> specs, JsonElement json, string member)
    {
        if (json.TryGetProperty(member, out var id) && id.GetString() is { } text)
        {
            specs.Add(PathId.Parse(text));
        }
    }
}
