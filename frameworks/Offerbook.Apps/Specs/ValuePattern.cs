using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Offerbook.Apps.Specs;

/// <summary>
/// The regular expression of a LIKE or UNLIKE constraint, which must match a whole value. Matched in linear time where the pattern
/// allows it; one with look-arounds or back-references is matched with backtracking and counts as not matching when that takes
/// longer than <see cref="Patience"/> (values are short, so only a hostile pattern does).
/// </summary>
public static class ValuePattern
{
    /// <summary>Longer patterns are refused: compiling costs memory in proportion.</summary>
    public const int MaxLength = 1_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    public static bool TryCompile(string pattern, [NotNullWhen(true)] out Regex? regex)
    {
        regex = pattern.Length > MaxLength ? null : Compile(pattern, RegexOptions.NonBacktracking) ?? Compile(pattern, RegexOptions.None);
        return regex is not null;
    }

    public static bool IsMatch(Regex compiled, string value)
    {
        try
        {
            return compiled.IsMatch(value);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static Regex? Compile(string pattern, RegexOptions options)
    {
        try
        {
            // Alone first, so that an unbalanced parenthesis cannot close the group that is put around it.
            _ = new Regex(pattern, RegexOptions.CultureInvariant, Patience);
            return new Regex("^(?:" + pattern + @")\z", options | RegexOptions.CultureInvariant, Patience);
        }
        catch (Exception refused) when (refused is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
