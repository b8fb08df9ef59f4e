using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Offerbook.Master.Authorization;

/// <summary>
/// Reads <c>--acls</c>: <c>{"permissive": false, "register_frameworks": [{"principals": {"values": ["apps"]}, "roles": {"type":
/// "ANY"}}]}</c>.
/// A list or a member that is not known is refused: a rule with a slip of the pen would protect nothing.
/// </summary>
internal static class AclsText
{
    /// <summary>All lists together.</summary>
    private const int MaxRules = 10_000;

    /// <exception cref="FormatException">It is not what the flag takes; the message says where.</exception>
    public static Authorizer Parse(string json)
    {
        JObject document;
        try
        {
            document = JObject.Parse(json, new JsonLoadSettings { DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error });
        }
        catch (JsonReaderException fault)
        {
            throw new FormatException($"the ACLs are not JSON: {fault.Message}", fault);
        }
        var permissive = true;
        var rules = new Dictionary<AclAction, IReadOnlyList<AclRule>>();
        var count = 0;
        foreach (var (name, value) in document)
        {
            if (name == "permissive")
            {
                permissive = value is JValue { Value: bool given }
                    ? given : throw new FormatException("'permissive' must be true or false");
            }
            else if (AclNames.OfOthers.Contains(name))
            {
                continue;
            }
            else if (!AclNames.Known.TryGetValue(name, out var known))
            {
                throw new FormatException(
                    $"there are no ACLs '{name}': the names are {string.Join(", ", AclNames.Known.Keys.Order(StringComparer.Ordinal))}");
            }
            else
            {
                var list = value as JArray ?? throw new FormatException($"'{name}' must be a list");
                rules[known.Action] = [.. list.Select((entry, i) => Rule(entry, known.Object, $"{name}[{i}]"))];
                count += list.Count;
            }
        }
        return count <= MaxRules
            ? new Authorizer(permissive, rules) { Text = document.ToString(Formatting.None) }
            : throw new FormatException($"there are {count} ACLs; {MaxRules} are the most");
    }

    private static AclRule Rule(JToken token, string objects, string place)
    {
        var entry = token as JObject ?? throw new FormatException($"{place} must be an object with 'principals' and '{objects}'");
        if (entry.Properties().FirstOrDefault(member => member.Name != "principals" && member.Name != objects) is { } unknown)
        {
            throw new FormatException($"{place} has a member '{unknown.Name}'; expecting 'principals' and '{objects}'");
        }
        return new AclRule(Entity(entry, "principals", place), Entity(entry, objects, place));
    }

    private static AclEntity Entity(JObject entry, string name, string place)
    {
        place = $"{place}.{name}";
        if (entry[name] is not JObject entity)
        {
            throw new FormatException($"{place} must be there: an object with a 'type' (ANY, NONE) or a list 'values'");
        }
        var values = entity["values"] switch
        {
            null => null,
            JArray list when list.All(item => item.Type == JTokenType.String) => list.Select(item => (string)item!).ToList(),
            _ => throw new FormatException($"{place}.values must be a list of texts"),
        };
        return entity["type"] switch
        {
            null or JValue { Value: "SOME" } => AclEntity.Some(values ?? []),
            JValue { Value: "ANY" } when values is null or [] => AclEntity.Any,
            JValue { Value: "NONE" } when values is null or [] => AclEntity.None,
            JValue { Value: "ANY" or "NONE" } => throw new FormatException($"{place} has values, which mean nothing beside its type"),
            _ => throw new FormatException($"{place}.type must be SOME, ANY or NONE"),
        };
    }
}
