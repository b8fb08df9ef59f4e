namespace Offerbook.Resources;

/// <summary>Amounts beside their names, in the order of the names: what those who count by name have alike.</summary>
internal static class NamedAmounts
{
    public static int Hash(ReadOnlySpan<string> names, ReadOnlySpan<Scalar> amounts)
    {
        var hash = new HashCode();
        for (var i = 0; i < names.Length; i++)
        {
            hash.Add(names[i]);
            hash.Add(amounts[i]);
        }

        return hash.ToHashCode();
    }

    /// <summary><c>cpus:4; mem:2048</c>; <c>{}</c> when there are none.</summary>
    public static string Text(ReadOnlySpan<string> names, ReadOnlySpan<Scalar> amounts)
    {
        var parts = new string[names.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = names[i] + ":" + amounts[i];
        }

        return parts.Length == 0 ? "{}" : string.Join("; ", parts);
    }
}
