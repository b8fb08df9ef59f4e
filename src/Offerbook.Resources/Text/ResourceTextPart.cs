using System.Globalization;
using Mesos.V1;
using ValueKind = Mesos.V1.Value.Types.Type;

namespace Offerbook.Resources;

/// <summary>
/// One <c>name(role):value</c> of the text form. Finds what does not read; what it says is judged by <see cref="ResourceValidator"/>.
/// </summary>
internal static class ResourceTextPart
{
    /// <summary>Null and the resource, or what is wrong with the text and how it should be.</summary>
    public static string? Parse(string part, string defaultRole, out Resource resource)
    {
        resource = new Resource();
        var colon = part.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return "missing ':'; expected name:value or name(role):value";
        }

        var name = part[..colon].Trim();
        var role = defaultRole;
        var open = name.IndexOf('(', StringComparison.Ordinal);
        if (open >= 0)
        {
            if (!name.EndsWith(')'))
            {
                return "missing ')' after the role; expected name(role):value";
            }

            role = name[(open + 1)..^1].Trim();
            name = name[..open].Trim();
            if (RoleName.Problem(role) is { } badRole)
            {
                return badRole;
            }
        }

        if (name.Length == 0)
        {
            return "missing name; expected name:value or name(role):value";
        }

        resource.Name = name;
        if (role != RoleName.Default)
        {
            resource.Role = role;
        }

        var value = part[(colon + 1)..].Trim();
        return value switch
        {
            ['[', .. var ranges, ']'] => ParseRanges(ranges, resource),
            ['{', .. var items, '}'] => ParseSet(items, resource),
            _ => ParseScalar(value, resource),
        };
    }

    private static string? ParseScalar(string text, Resource resource)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
        {
            return $"'{text}' is not a value; expected a number, ranges such as [31000-32000] or a set such as {{a,b}}";
        }

        resource.Type = ValueKind.Scalar;
        resource.Scalar = new Value.Types.Scalar { Value = value };
        return null;
    }

    private static string? ParseRanges(string text, Resource resource)
    {
        resource.Type = ValueKind.Ranges;
        resource.Ranges = new Value.Types.Ranges();
        foreach (var item in Items(text))
        {
            var dash = item.IndexOf('-', StringComparison.Ordinal);
            if (dash < 0
                || !ulong.TryParse(item.AsSpan(0, dash).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var begin)
                || !ulong.TryParse(item.AsSpan(dash + 1).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var end))
            {
                return $"'{item}' is not a range; expected begin-end, both included, such as 31000-32000";
            }

            resource.Ranges.Range.Add(new Value.Types.Range { Begin = begin, End = end });
        }

        return null;
    }

    private static string? ParseSet(string text, Resource resource)
    {
        resource.Type = ValueKind.Set;
        resource.Set = new Value.Types.Set();
        foreach (var item in Items(text))
        {
            if (item.Length == 0)
            {
                return "an item of the set is empty; expected {a,b}";
            }

            resource.Set.Item.Add(item);
        }

        return null;
    }

    private static string[] Items(string text) =>
        string.IsNullOrWhiteSpace(text) ? [] : text.Split(',', StringSplitOptions.TrimEntries);
}
