using System.Globalization;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Rebalancing;

/// <summary>
/// What a placement of an app's instances falls short by: uneven groups, values with too many, places that are not those wanted.
/// Constraints weigh more than all preferences together. Tells what a move would gain without counting anew: the difference of what one
/// instance more makes worse at either end, so no sequence of moves that each gain comes back to where it began.
/// </summary>
internal sealed class PlacementCost
{
    private const int ConstraintWeight = 100_000;

    private readonly ConstraintMatcher _matcher = new();
    private readonly List<(Constraint Constraint, int Weight, SortedDictionary<string, int> Counts)> _rules;
    private readonly RunSpec _app;

    public PlacementCost(RunSpec app, IEnumerable<AgentLocation> placed)
    {
        _app = app;
        _rules = app.Constraints.Select(constraint => (constraint, ConstraintWeight))
            .Concat(app.Preferences.Select(preference => (preference.Constraint, preference.Weight)))
            .Select(rule => (rule.Item1, rule.Item2, new SortedDictionary<string, int>(StringComparer.Ordinal))).ToList();
        foreach (var location in placed)
        {
            Count(location, 1);
        }
    }

    /// <summary>Places of one key are the same to every rule.</summary>
    public string KeyOf(AgentLocation location) =>
        string.Join('\n', _rules.Select(rule => location[rule.Constraint.Field] is { } value ? "=" + value : ""));

    /// <summary>What moving an instance would make better; 0 or less: nothing.</summary>
    public long Gain(AgentLocation from, AgentLocation to)
    {
        var gain = 0L;
        foreach (var (constraint, weight, counts) in _rules)
        {
            var (left, right) = (from[constraint.Field], to[constraint.Field]);
            if (left != right)
            {
                gain += weight * (Shortfall(constraint, left, CountAt(counts, left) - 1)
                    - Shortfall(constraint, right, CountAt(counts, right)));
            }
        }
        return gain;
    }

    /// <summary>What one more instance at a place would make worse.</summary>
    public long Shortfall(AgentLocation place)
    {
        var shortfall = 0L;
        foreach (var (constraint, weight, counts) in _rules)
        {
            var value = place[constraint.Field];
            shortfall += weight * Shortfall(constraint, value, CountAt(counts, value));
        }
        return shortfall;
    }

    public void Move(AgentLocation from, AgentLocation to)
    {
        Count(from, -1);
        Count(to, 1);
    }

    /// <param name="others">How many instances have the value already.</param>
    private long Shortfall(Constraint constraint, string? value, int others)
    {
        switch (constraint.Operator)
        {
            case ConstraintOperator.GroupBy:
                // The sum of squares grows by 2 × others + 1. No group at all is worse than the fullest.
                return value is null ? (2L * _app.Instances) + 1 : 2L * others;
            case ConstraintOperator.MaxPer or ConstraintOperator.Unique:
                var most = constraint.Operator == ConstraintOperator.Unique
                    ? 1 : int.Parse(constraint.Value!, CultureInfo.InvariantCulture);
                return value is null || others >= most ? 1 : 0;
            case ConstraintOperator.Cluster when string.IsNullOrEmpty(constraint.Value):
                return 0;
            default:
                return _matcher.Suits(constraint, value, _app.Instances) ? 0 : 1;
        }
    }

    private static int CountAt(SortedDictionary<string, int> counts, string? value) => value is null ? 0 : counts.GetValueOrDefault(value);

    private void Count(AgentLocation location, int by)
    {
        foreach (var (constraint, _, counts) in _rules)
        {
            if (location[constraint.Field] is { } value)
            {
                counts[value] = counts.GetValueOrDefault(value) + by;
            }
        }
    }
}
