using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Access;

/// <summary>
/// Rules of who may do what below which paths, in the form of the master's. What no rule allows is forbidden. docs/operating/apps-access.md
/// tells the
/// form for people.
/// </summary>
public sealed class AccessRules
{
    /// <summary>Rules in all, and paths in one: each question looks through those of one caller.</summary>
    public const int MaxPaths = 1_000;

    private const string ViewSystem = "view_system";
    private const string ChangeSystem = "change_system";

    private static readonly Dictionary<string, AccessAction> s_actions = Enum.GetValues<AccessAction>()
        .ToDictionary(action => action.ToString().ToLowerInvariant());

    private readonly List<Rule> _rules = [];

    private sealed record Rule(string Action, IReadOnlyCollection<string>? Principals, IReadOnlyList<PathId> Paths);

    /// <exception cref="FormatException">Something in it cannot be understood; the text says where.</exception>
    public static AccessRules Parse(string text)
    {
        JObject json;
        try
        {
            json = JObject.Parse(text);
        }
        catch (JsonReaderException fault)
        {
            throw new FormatException($"the rules are not JSON (line {fault.LineNumber}, column {fault.LinePosition})");
        }
        var rules = new AccessRules();
        foreach (var (name, value) in json)
        {
            if (name == "permissive")
            {
                if (value is not JValue { Value: false })
                {
                    throw new FormatException("'permissive' can only be false: what no rule allows is forbidden. To allow more, add rules");
                }
                continue;
            }
            if (!s_actions.ContainsKey(name) && name is not (ViewSystem or ChangeSystem))
            {
                throw new FormatException(
                    $"'{name}' is not an action; there are {string.Join(", ", s_actions.Keys)}, {ViewSystem} and {ChangeSystem}");
            }
            if (value is not JArray list)
            {
                throw new FormatException($"'{name}' is not a list of rules");
            }
            for (var i = 0; i < list.Count; i++)
            {
                rules._rules.Add(Read(name, list[i], $"{name}[{i}]"));
            }
            if (rules._rules.Count > MaxPaths)
            {
                throw new FormatException($"there are more than {MaxPaths} rules");
            }
        }
        return rules;
    }

    /// <param name="user">As it has shown itself.</param>
    public Grants GrantsOf(string user)
    {
        var own = _rules.Where(rule => rule.Principals?.Contains(user) != false).ToList();
        return new Grants
        {
            Paths = Enum.GetValues<AccessAction>()
                .Select(action => own.Where(rule => s_actions.TryGetValue(rule.Action, out var named) && named == action)
                .SelectMany(rule => rule.Paths).Distinct().Order().ToValueList()).ToValueList(),
            ViewsSystem = own.Exists(rule => rule.Action == ViewSystem),
            ChangesSystem = own.Exists(rule => rule.Action == ChangeSystem),
        };
    }

    private static Rule Read(string action, JToken json, string place)
    {
        if (json is not JObject rule)
        {
            throw new FormatException($"{place} is not a rule: {{\"principals\": …, \"paths\": …}}");
        }
        var isAboutPaths = s_actions.ContainsKey(action);
        if (rule.Properties().FirstOrDefault(member => member.Name != "principals"
            && !(isAboutPaths && member.Name == "paths")) is { } unknown)
        {
            throw new FormatException($"{place} has the unknown member '{unknown.Name}'");
        }
        var principals = Entity(rule, "principals", place);
        var paths = isAboutPaths ? Entity(rule, "paths", place)?.Select(path => path.StartsWith('/') ? PathId.Parse(path)
            : throw new FormatException($"{place}: the path '{path}' does not begin with a slash")).ToList() ?? [PathId.Root] : [];
        return new Rule(action, principals?.ToHashSet(StringComparer.Ordinal), paths);
    }

    /// <summary>
    /// As the master's rules have them: <c>{"values": […]}</c> or <c>{"type": "ANY"}</c>, which is null here; NONE is nobody.
    /// </summary>
    private static List<string>? Entity(JObject rule, string name, string place)
    {
        switch (rule[name])
        {
            case JObject { Count: 1 } any when any["type"] is JValue { Value: "ANY" or "any" }:
                return null;
            case JObject { Count: 1 } none when none["type"] is JValue { Value: "NONE" or "none" }:
                return [];
            case JObject { Count: 1 } some
                when some["values"] is JArray { Count: > 0 and <= MaxPaths } values && values.All(value => value.Type == JTokenType.String):
                return values.Select(value => (string)value!).ToList();
            default:
                throw new FormatException(
                    $"{place}: '{name}' is neither {{\"values\": [texts]}}, at most {MaxPaths}, "
                    + $"nor {{\"type\": \"ANY\"}} or {{\"type\": \"NONE\"}}");
        }
    }
}
