using Newtonsoft.Json.Linq;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Writing;

internal static class JsonWriting
{
    /// <summary>Whole numbers without a fraction: <c>1</c>, not <c>1.0</c>.</summary>
    public static JValue Number(this Quantity amount) => Number(amount.Milli / 1000m);

    public static JValue Number(this double value) =>
        value == Math.Floor(value) && Math.Abs(value) < 1e15 ? new JValue((long)value) : new JValue(value);

    public static JValue Number(this decimal value) => value == decimal.Floor(value) ? new JValue((long)value) : new JValue((double)value);

    public static JObject Json(this ValueMap<string> map)
    {
        var json = new JObject();
        foreach (var (key, value) in map)
        {
            json[key] = value;
        }
        return json;
    }

    public static JArray Json(this IEnumerable<string> texts) => new(texts);

    public static JArray Json(this IEnumerable<PathId> ids) => new(ids.Select(id => id.ToString()));

    public static JArray JsonOf<T>(this IEnumerable<T> items, Func<T, JToken> write) => new(items.Select(write));

    /// <summary>Adds a member unless its value is null.</summary>
    public static void AddOptional(this JObject json, string name, JToken? value)
    {
        if (value is not null and not JValue { Value: null })
        {
            json[name] = value;
        }
    }

    /// <summary>Adds a member unless it is an empty list or object.</summary>
    public static void AddNonEmpty(this JObject json, string name, JContainer value)
    {
        if (value.Count > 0)
        {
            json[name] = value;
        }
    }
}
