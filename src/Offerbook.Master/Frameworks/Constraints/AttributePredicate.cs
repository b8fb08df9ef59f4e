using Mesos.V1.Scheduler;
using AgentAttribute = Mesos.V1.Attribute;
using PredicateCase = Mesos.V1.Scheduler.AttributeConstraint.Types.Predicate.PredicateOneofCase;
using ValueType = Mesos.V1.Value.Types.Type;

namespace Offerbook.Master.Frameworks.Constraints;

/// <summary>
/// What must be true of an agent's attribute, which may be absent. Attributes that are not text pass every question about their text.
/// </summary>
internal abstract record AttributePredicate
{
    private AttributePredicate()
    {
    }

    public abstract bool AllowsAbsent { get; }

    public abstract bool AllowsText(string text);

    /// <summary>Of an attribute that is there and is a number or a range.</summary>
    public virtual bool AllowsOther => true;

    public bool Allows(AgentAttribute? attribute) => attribute is null ? AllowsAbsent
        : attribute.Type == ValueType.Text ? AllowsText(attribute.Text.Value)
        : AllowsOther;

    public bool Allows(string? text) => text is null ? AllowsAbsent : AllowsText(text);

    /// <returns>The predicate, or what is wrong with it.</returns>
    public static (AttributePredicate? Predicate, string? Problem) Read(AttributeConstraint.Types.Predicate predicate, PatternLimits limits)
    {
        switch (predicate.PredicateCase)
        {
            case PredicateCase.Exists:
                return (new Presence(true), null);
            case PredicateCase.NotExists:
                return (new Presence(false), null);
            case PredicateCase.TextEquals:
                return (new Equality(predicate.TextEquals.Value, true), null);
            case PredicateCase.TextNotEquals:
                return (new Equality(predicate.TextNotEquals.Value, false), null);
            case PredicateCase.TextMatches:
                return ReadPattern(predicate.TextMatches.Regex, true, limits);
            case PredicateCase.TextNotMatches:
                return ReadPattern(predicate.TextNotMatches.Regex, false, limits);
            default:
                return (null, "Unknown predicate type");
        }
    }

    private static (AttributePredicate?, string?) ReadPattern(string text, bool wanted, PatternLimits limits)
    {
        var (pattern, problem) = TextPattern.Read(text, limits);
        return pattern is null ? (null, problem) : (new Match(pattern, wanted), null);
    }

    private sealed record Presence(bool Wanted) : AttributePredicate
    {
        public override bool AllowsAbsent => !Wanted;

        public override bool AllowsOther => Wanted;

        public override bool AllowsText(string text) => Wanted;
    }

    private sealed record Equality(string Value, bool Wanted) : AttributePredicate
    {
        public override bool AllowsAbsent => !Wanted;

        public override bool AllowsText(string text) => (text == Value) == Wanted;
    }

    private sealed record Match(TextPattern Pattern, bool Wanted) : AttributePredicate
    {
        public override bool AllowsAbsent => !Wanted;

        public override bool AllowsText(string text) => Pattern.Matches(text) == Wanted;
    }
}
