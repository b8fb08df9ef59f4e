using System.Globalization;
using System.Text.RegularExpressions;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Drafts;

/// <summary>Reads constraints from their two or three texts.</summary>
public static class ConstraintText
{
    private static readonly Regex IsValue = new("^[a-zA-Z0-9_/.-]*\\z", RegexOptions.NonBacktracking);

    public static ValueSet<Constraint> Parse(IReadOnlyList<IReadOnlyList<string>> constraints, string path, PathErrors errors)
    {
        var parsed = new List<Constraint>();
        for (var i = 0; i < constraints.Count; i++)
        {
            var (constraint, error) = Parse(constraints[i]);
            if (constraint is not null)
            {
                parsed.Add(constraint);
            }
            else
            {
                errors.Add(path + "(" + i.ToString(CultureInfo.InvariantCulture) + ")", error!);
            }
        }
        return parsed.ToValueSet();
    }

    internal static (Constraint?, string?) Parse(IReadOnlyList<string> texts)
    {
        if (texts.Count is < 2 or > 3)
        {
            return (null, "Each constraint must have either 2 or 3 fields");
        }
        if (texts[0].Length == 0)
        {
            return (null, "Missing field and operator");
        }
        if (!EnumTexts.Operators.TryParse(texts[1], out var operation))
        {
            return (null, "Constraint operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS");
        }
        var value = texts.Count == 3 ? texts[2] : null;
        var error = Judge(operation, value);
        return error is null ? (new Constraint(texts[0], operation, value), null) : (null, error);
    }

    private static string? Judge(ConstraintOperator operation, string? value) => operation switch
    {
        ConstraintOperator.Unique => value is null ? null : "Value specified but not used",
        ConstraintOperator.GroupBy =>
            string.IsNullOrEmpty(value) || value == "inf" || IsInt(value) ? null : "Value was specified but is not a number",
        ConstraintOperator.MaxPer => value is not null && IsInt(value) ? null : "Value was not specified or is not a number",
        ConstraintOperator.Is => value is not null && IsValue.IsMatch(value) ? null
            : "IS constraint value must match ^[a-zA-Z0-9_/.-]*$",
        ConstraintOperator.Like or ConstraintOperator.Unlike => value is null ? "A regular expression value must be provided"
            : ValuePattern.TryCompile(value, out _) ? null : $"'{value}' is not a valid regular expression",
        _ => null,
    };

    private static bool IsInt(string value) => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
}
