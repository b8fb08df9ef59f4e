using System.Globalization;
using System.Text.RegularExpressions;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Matching;

/// <summary>
/// Judges where an instance may go by the values of agents' fields, compared as text. An agent without the field suits only UNLIKE.
/// Instances of an older configuration are on their way out and do not count. Compiled patterns are kept, at most
/// <see cref="MaxPatterns"/>, as compiling costs more than matching.
/// </summary>
public sealed class ConstraintMatcher
{
    private const int MaxPatterns = 1_000;

    private readonly Dictionary<string, Regex?> _patterns = [];

    /// <summary>The constraints that the location does not fulfil.</summary>
    public List<Refusal> Refusals(RunSpec app, AgentLocation location, IReadOnlyList<PlacedInstance> placed)
    {
        var refusals = new List<Refusal>();
        if (app.Constraints.Count == 0)
        {
            return refusals;
        }
        var counted = placed.Where(instance => instance.Version >= app.VersionInfo.LastConfigChangeAt).ToList();
        foreach (var constraint in app.Constraints)
        {
            var value = location[constraint.Field];
            var wanted = Judge(constraint, value, app.Instances, counted);
            if (wanted is not null)
            {
                var name = constraint.Field + " " + Json.EnumTexts.Operators.Write(constraint.Operator);
                refusals.Add(new Refusal(RefusalReason.UnfulfilledConstraint, name, wanted, value ?? "nothing"));
            }
        }
        return refusals;
    }

    /// <summary>
    /// How far the location falls short of what is preferred: the weights of the preferences that it does not fulfil; 0 is best.
    /// </summary>
    public int Missed(RunSpec app, AgentLocation location, IReadOnlyList<PlacedInstance> placed)
    {
        if (app.Preferences.Count == 0)
        {
            return 0;
        }
        var counted = placed.Where(instance => instance.Version >= app.VersionInfo.LastConfigChangeAt).ToList();
        return app.Preferences.Where(preference =>
            Judge(preference.Constraint, location[preference.Constraint.Field], app.Instances, counted) is not null)
            .Sum(preference => preference.Weight);
    }

    /// <summary>Whether a value does, wherever other instances are.</summary>
    public bool Suits(Constraint constraint, string? value, int instances) => Judge(constraint, value, instances, []) is null;

    /// <summary>What would do instead; null when the value does.</summary>
    private string? Judge(Constraint constraint, string? value, int instances, List<PlacedInstance> placed)
    {
        if (value is null)
        {
            return constraint.Operator == ConstraintOperator.Unlike ? null : "an agent with " + constraint.Field;
        }
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var taken in placed.Select(instance => instance.Location[constraint.Field]).OfType<string>())
        {
            counts[taken] = counts.GetValueOrDefault(taken) + 1;
        }
        var here = counts.GetValueOrDefault(value);
        return constraint.Operator switch
        {
            ConstraintOperator.Unique => here == 0 ? null : "a value without an instance",
            ConstraintOperator.Cluster => Cluster(constraint, placed) is { } wanted && wanted != value ? wanted : null,
            ConstraintOperator.Like => IsMatch(constraint.Value, value) ? null : "a match of " + constraint.Value,
            ConstraintOperator.Unlike => IsMatch(constraint.Value, value) ? "no match of " + constraint.Value : null,
            ConstraintOperator.MaxPer =>
                here < Number(constraint.Value) ? null : "a value with fewer than " + constraint.Value + " instances",
            ConstraintOperator.Is => IsEqual(constraint.Value ?? "", value) ? null : constraint.Value,
            _ => MayGroup(value, here, counts, Number(constraint.Value), instances) ? null : "a less filled group",
        };
    }

    /// <summary>The value that all share: the given one, else that of the first instance.</summary>
    private static string? Cluster(Constraint constraint, List<PlacedInstance> placed) => !string.IsNullOrEmpty(constraint.Value)
        ? constraint.Value
        : placed.Select(instance => instance.Location[constraint.Field]).FirstOrDefault(taken => taken is not null);

    /// <summary>
    /// With a number of groups: each gets instances ÷ groups, and the remainder goes to as many groups, one each; further values
    /// are refused. Without one: groups become known as instances land in them, and the next goes to one of the least filled or to
    /// a new one, so the spread may be uneven until every group has been seen.
    /// </summary>
    private static bool MayGroup(string value, int here, SortedDictionary<string, int> counts, int groups, int instances)
    {
        if (groups <= 0)
        {
            return !counts.ContainsKey(value) || here == counts.Values.Min();
        }
        if (!counts.ContainsKey(value) && counts.Count >= groups)
        {
            return false;
        }
        var (share, remainder) = (instances / groups, instances % groups);
        return here < share || (here == share && counts.Values.Count(count => count > share) < remainder);
    }

    private static bool IsEqual(string wanted, string value) => wanted == value
        || (double.TryParse(wanted, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && AgentLocation.Format(number) == value);

    private static int Number(string? text) => text == "inf" ? int.MaxValue
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private bool IsMatch(string? pattern, string value)
    {
        if (!_patterns.TryGetValue(pattern ?? "", out var regex))
        {
            if (_patterns.Count >= MaxPatterns)
            {
                _patterns.Clear();
            }
            _patterns[pattern ?? ""] = regex = ValuePattern.TryCompile(pattern ?? "", out var compiled) ? compiled : null;
        }
        return regex is not null && ValuePattern.IsMatch(regex, value);
    }
}
