namespace Offerbook.Apps.Specs;

/// <summary>Where instances may be placed: <c>[field, OPERATOR, value?]</c>.</summary>
/// <param name="Field"><c>hostname</c> or <c>@hostname</c>, <c>@region</c>, <c>@zone</c>, or the name of an agent attribute.</param>
public sealed record Constraint(string Field, ConstraintOperator Operator, string? Value);

/// <summary>A constraint that would better be fulfilled: offers are ordered by it, none is refused for it in the end.</summary>
/// <param name="Weight">1 to 1,000: what an offer that does not fulfil it is worse by.</param>
public sealed record Preference(Constraint Constraint, int Weight)
{
    public const int MaxWeight = 1_000;
}

public enum ConstraintOperator
{
    /// <summary>No two instances where the field has the same value.</summary>
    Unique,

    /// <summary>All instances where the field has the given (or the first instance's) value.</summary>
    Cluster,

    /// <summary>Spread evenly over the field's values.</summary>
    GroupBy,

    /// <summary>The whole of the field's value matches a regular expression.</summary>
    Like,

    /// <summary>It does not match, or the agent lacks the field.</summary>
    Unlike,

    /// <summary>At most so many instances for each value of the field.</summary>
    MaxPer,

    /// <summary>The field has exactly this value.</summary>
    Is,
}
