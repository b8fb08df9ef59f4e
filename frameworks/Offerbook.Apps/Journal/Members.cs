using Newtonsoft.Json.Linq;
using Offerbook.Apps.Specs;
using Offerbook.Storage;

namespace Offerbook.Apps.Journal;

/// <summary>
/// Reading and writing of journal members. Absent means null or the default, so that records stay short. Times are milliseconds.
/// A member that should be there and is not means damage.
/// </summary>
internal static class Members
{
    public static JObject Put(this JObject json, string name, JToken? value)
    {
        // A null text becomes a token of the type String without a value.
        if (value is not (null or JValue { Value: null }))
        {
            json[name] = value;
        }
        return json;
    }

    public static JObject Put(this JObject json, string name, Timestamp? value) =>
        json.Put(name, value is { } time ? new JValue(time.UnixMilliseconds) : null);

    public static JToken Need(this JToken json, string name) =>
        json[name] ?? throw new JournalDamagedException($"The journal lacks \"{name}\" in {Shorten(json)}.");

    public static string Text(this JToken json, string name) => (string?)json.Need(name) ?? "";

    public static Timestamp Time(this JToken json, string name) => new((long)json.Need(name));

    public static Timestamp? MaybeTime(this JToken json, string name) => json[name] is { } value ? new Timestamp((long)value) : null;

    public static PathId Path(this JToken json, string name) => PathId.Parse(json.Text(name));

    public static T Enum<T>(this JToken json, string name) where T : struct, Enum =>
        System.Enum.TryParse<T>(json.Text(name), out var value)
            ? value
            : throw new JournalDamagedException($"The journal has an unknown {typeof(T).Name} in {Shorten(json)}.");

    private static string Shorten(JToken json)
    {
        var text = json.ToString(Newtonsoft.Json.Formatting.None);
        return text.Length <= 200 ? text : text[..200] + "…";
    }
}
