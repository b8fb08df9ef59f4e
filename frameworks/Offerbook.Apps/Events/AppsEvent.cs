using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Events;

/// <summary>Something that clients are told of. <paramref name="Payload"/> lacks what every event has: its type and time.</summary>
public readonly record struct AppsEvent(string Type, JObject Payload)
{
    /// <summary>The payload on one line.</summary>
    public string ToJson(Timestamp at)
    {
        var json = new JObject(Payload) { ["eventType"] = Type, ["timestamp"] = at.ToString() };
        return json.ToString(Formatting.None);
    }
}
