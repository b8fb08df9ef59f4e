using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Offerbook.Master.Hosting;

/// <summary>How often principals may call, in the form of the flag <c>--rate_limits</c>.</summary>
/// <param name="Limits">Principals with a limit of their own, or with none.</param>
/// <param name="AggregateDefaultQps">What all others may call together in a second; null: as often as they like.</param>
/// <param name="AggregateDefaultCapacity">How many calls of theirs may come at once; null: those of one second.</param>
public sealed record RateLimitSettings(IReadOnlyList<PrincipalLimit> Limits, double? AggregateDefaultQps, long? AggregateDefaultCapacity)
{
    /// <exception cref="FormatException">It is not what the flag takes; the message says where.</exception>
    public static RateLimitSettings Parse(string json)
    {
        JObject document;
        try
        {
            document = JObject.Parse(json);
        }
        catch (JsonReaderException fault)
        {
            throw new FormatException($"rate limits are not JSON: {fault.Message}", fault);
        }
        var limits = new List<PrincipalLimit>();
        var entries = document["limits"] switch
        {
            null => [],
            JArray list => list,
            _ => throw new FormatException("'limits' must be a list"),
        };
        foreach (var entry in entries)
        {
            var place = $"limits[{limits.Count}]";
            if (entry is not JObject limit || limit["principal"] is not JValue { Value: string { Length: > 0 } principal })
            {
                throw new FormatException($"{place} must be an object with a 'principal'");
            }
            if (limits.Any(known => known.Principal == principal))
            {
                throw new FormatException($"{place}: principal '{principal}' is there twice");
            }
            limits.Add(new PrincipalLimit(principal, Rate(limit, "qps", place), Count(limit, "capacity", place)));
            if (limits[^1] is { Qps: null, Capacity: not null })
            {
                throw new FormatException($"{place}: 'capacity' without 'qps' limits nothing");
            }
        }
        return new RateLimitSettings(limits, Rate(document, "aggregate_default_qps", "rate limits"),
            Count(document, "aggregate_default_capacity", "rate limits"));
    }

    /// <summary>As <see cref="Parse"/> takes it.</summary>
    public string ToText()
    {
        var document = new JObject { ["limits"] = new JArray(Limits.Select(limit => Without(new JObject
        {
            ["principal"] = limit.Principal, ["qps"] = limit.Qps, ["capacity"] = limit.Capacity,
        }))) };
        document["aggregate_default_qps"] = AggregateDefaultQps;
        document["aggregate_default_capacity"] = AggregateDefaultCapacity;
        return Without(document).ToString(Formatting.None);
    }

    private static JObject Without(JObject document)
    {
        foreach (var member in document.Properties().Where(member => member.Value.Type == JTokenType.Null).ToList())
        {
            member.Remove();
        }
        return document;
    }

    private static double? Rate(JObject from, string name, string place) => from[name] switch
    {
        null => null,
        JValue { Type: JTokenType.Integer or JTokenType.Float } value when (double)value is > 0 and <= 1e9 => (double)value,
        _ => throw new FormatException($"{place}: '{name}' must be a number above 0"),
    };

    private static long? Count(JObject from, string name, string place) => from[name] switch
    {
        null => null,
        JValue { Type: JTokenType.Integer, Value: long and >= 1 and <= 1_000_000_000 } value => (long)value,
        _ => throw new FormatException($"{place}: '{name}' must be a whole number above 0"),
    };
}

/// <param name="Qps">Calls in a second; null: as many as it likes.</param>
/// <param name="Capacity">Calls that may come at once; null: those of one second.</param>
public sealed record PrincipalLimit(string Principal, double? Qps, long? Capacity);
