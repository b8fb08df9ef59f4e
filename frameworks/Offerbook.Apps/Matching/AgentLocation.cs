using System.Globalization;
using Mesos.V1;
using Offerbook.Apps.Specs;
using ValueType = Mesos.V1.Value.Types.Type;

namespace Offerbook.Apps.Matching;

/// <summary>What constraints can ask about where an instance is or would be.</summary>
/// <param name="Attributes">In the text form in which they are compared: text as it is, <c>0.###</c>, <c>[1-2,5-9]</c>,
/// <c>{a,b}</c>.</param>
public sealed record AgentLocation(string Host, string? Region, string? Zone, ValueMap<string> Attributes)
{
    public static AgentLocation Of(Offer offer)
    {
        var domain = offer.Domain?.FaultDomain;
        // Of attributes with one name the first counts.
        var attributes = offer.Attributes.Reverse().Select(attribute => KeyValuePair.Create(attribute.Name, TextOf(attribute)))
            .ToValueMap();
        return new AgentLocation(offer.Hostname, domain?.Region?.Name, domain?.Zone?.Name, attributes);
    }

    /// <summary>The value of a constraint's field; null when the agent has none.</summary>
    public string? this[string field] => field switch
    {
        "hostname" or "@hostname" => Host,
        "@region" => Region,
        "@zone" => Zone,
        _ => Attributes.GetValueOrDefault(field),
    };

    private static string TextOf(Mesos.V1.Attribute attribute) => attribute.Type switch
    {
        ValueType.Scalar => Format(attribute.Scalar.Value),
        ValueType.Ranges => "[" + string.Join(",", attribute.Ranges.Range.OrderBy(range => range.Begin).ThenBy(range => range.End)
            .Select(range => string.Create(CultureInfo.InvariantCulture, $"{range.Begin}-{range.End}"))) + "]",
        ValueType.Set => "{" + string.Join(",", attribute.Set.Item.Order(StringComparer.Ordinal)) + "}",
        _ => attribute.Text.Value,
    };

    /// <summary>Three decimals at most, half to even.</summary>
    internal static string Format(double value) =>
        Math.Round(value, 3, MidpointRounding.ToEven).ToString("0.###", CultureInfo.InvariantCulture);
}

/// <summary>A launched instance of the app that is not lost, as far as constraints care.</summary>
/// <param name="Version">Of the app when it was launched.</param>
public sealed record PlacedInstance(AgentLocation Location, Timestamp Version);
