using System.Globalization;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Drafts;

/// <summary>
/// Reads preferences: a constraint's texts and perhaps a weight, before which an operator without a value has an empty text.
/// </summary>
internal static class PreferenceText
{
    /// <summary>An app has at most so many.</summary>
    private const int MaxPreferences = 20;

    public static ValueList<Preference> Parse(IReadOnlyList<ValueList<string>> preferences, string path, PathErrors errors)
    {
        if (preferences.Count > MaxPreferences)
        {
            errors.Add(path,
                string.Create(CultureInfo.InvariantCulture, $"got {preferences.Count} preferences, expected {MaxPreferences} or fewer"));
            return [];
        }
        var parsed = new List<Preference>();
        for (var i = 0; i < preferences.Count; i++)
        {
            var (preference, error) = Parse(preferences[i]);
            if (preference is not null)
            {
                parsed.Add(preference);
            }
            else
            {
                errors.Add(path + "(" + i.ToString(CultureInfo.InvariantCulture) + ")", error!);
            }
        }
        return parsed.ToValueList();
    }

    private static (Preference?, string?) Parse(ValueList<string> texts)
    {
        if (texts.Count is < 2 or > 4)
        {
            return (null, "Each preference must have 2 to 4 fields: field, operator, value and weight");
        }
        var weight = 1;
        if (texts.Count == 4
            && (!int.TryParse(texts[3], NumberStyles.None, CultureInfo.InvariantCulture, out weight)
                || weight is < 1 or > Preference.MaxWeight))
        {
            return (null,
                string.Create(CultureInfo.InvariantCulture, $"The weight must be a whole number from 1 to {Preference.MaxWeight}"));
        }
        var hasValue = texts.Count > 2 && texts[2].Length > 0;
        var (constraint, error) = ConstraintText.Parse(hasValue ? [texts[0], texts[1], texts[2]] : [texts[0], texts[1]]);
        return constraint is null ? (null, error) : (new Preference(constraint, weight), null);
    }
}
