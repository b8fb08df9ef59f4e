using System.Text;
using System.Text.Json.Nodes;
using Offerbook.Actors;

namespace Offerbook.Fuzzer.Requests;

/// <summary>Spoils JSON: values of other types and sizes, members that are missing or too many, text that is no JSON.</summary>
public sealed class JsonMutations(SeededRandom chance)
{
    /// <summary>What no library of JSON writes is put in its place afterwards.</summary>
    private static readonly string[] Raw =
    [
        "NaN", "Infinity", "-Infinity", "1e400", "-1e400", "123456789012345678901234567890", "0.1e-999", "\"\\ud800\"", "\"\\u0000\"",
        "'x'", "tru", "01",
        "\"a\tb\"", "{\"a\":1,\"a\":2}", "[", "}", "", "/* */1", "\"!!!not base64!!!\"", "\"=\"", "\"AAAA=AAA\"", "18446744073709551616",
        "-0", "1.5",
    ];

    private readonly List<string> _raw = [];

    public byte[] Spoil(byte[] json)
    {
        _raw.Clear();
        var root = JsonNode.Parse(json)!;
        for (var left = 1 + chance.Next(3); left > 0; left--)
        {
            SpoilOne(root);
        }
        var text = new StringBuilder(root.ToJsonString());
        for (var i = 0; i < _raw.Count; i++)
        {
            text.Replace($"\"@raw{i}@\"", _raw[i]);
        }
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        return chance.Chance(0.1) ? new ByteMutations(chance).Spoil(bytes) : bytes;
    }

    private void SpoilOne(JsonNode root)
    {
        var places = new List<(JsonNode Parent, string? Name, int At)>();
        Collect(root, places);
        if (places.Count == 0)
        {
            return;
        }
        var (parent, name, at) = places[chance.Next(places.Count)];
        if (parent is JsonObject members)
        {
            switch (chance.Next(10))
            {
                case 0:
                    members.Remove(name!);
                    break;
                case 1:
                    members[Words.Odd(chance)] = "unknown";
                    break;
                default:
                    members[name!] = Other(members[name!]);
                    break;
            }
        }
        else if (parent is JsonArray items)
        {
            items[at] = Other(items[at]);
        }
    }

    private JsonNode? Other(JsonNode? was)
    {
        switch (chance.Next(12))
        {
            case 0:
                return null;
            case 1:
                return JsonValue.Create(Words.Odd(chance));
            case 2:
                return JsonValue.Create(Words.Any(chance, -1, long.MaxValue, long.MinValue, 0, 4_294_967_296));
            case 3:
                return JsonValue.Create(Words.Any(chance, 1e300, -1e300, 1e-300, 0.5, double.MaxValue));
            case 4:
                return new JsonObject();
            case 5:
                return new JsonArray();
            case 6:
                return new JsonArray([.. Enumerable.Range(0, 1 + chance.Next(50)).Select(_ => was?.DeepClone())]);
            case 7:
                return Mark(Deep());
            case 8:
                return JsonValue.Create(chance.Chance(0.5));
            default:
                return Mark(Raw[chance.Next(Raw.Length)]);
        }
    }

    private string Deep()
    {
        var depth = Words.Any(chance, 50, 199, 201, 1_000, 100_000);
        return chance.Chance(0.5) ? new string('[', depth) + new string(']', depth)
            : string.Concat(Enumerable.Repeat("{\"parent\":", depth)) + "1" + new string('}', depth);
    }

    private JsonValue Mark(string raw)
    {
        _raw.Add(raw);
        return JsonValue.Create($"@raw{_raw.Count - 1}@");
    }

    private static void Collect(JsonNode? node, List<(JsonNode, string?, int)> places)
    {
        if (node is JsonObject members)
        {
            foreach (var (name, value) in members)
            {
                places.Add((members, name, 0));
                Collect(value, places);
            }
        }
        else if (node is JsonArray items)
        {
            for (var i = 0; i < items.Count; i++)
            {
                places.Add((items, null, i));
                Collect(items[i], places);
            }
        }
    }
}
