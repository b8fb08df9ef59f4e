using System.Text;
using System.Text.RegularExpressions;

namespace Offerbook.Master.Frameworks.Constraints;

/// <summary>
/// A pattern of an offer constraint, which must match a whole text. Written in RE2's language, run by the engine of .NET that
/// takes time linear in the text. What one of the two languages lacks is refused, never taken for something else.
/// </summary>
internal sealed class TextPattern
{
    private readonly Regex _regex;

    private TextPattern(Regex regex) => _regex = regex;

    public bool Matches(string text) => _regex.IsMatch(text);

    /// <returns>The pattern, or what is wrong with it.</returns>
    public static (TextPattern? Pattern, string? Problem) Read(string text, PatternLimits limits)
    {
        if (Encoding.UTF8.GetByteCount(text) > limits.MaxBytes)
        {
            return (null,
                $"Failed to construct regex from pattern '{text[..Math.Min(text.Length, 64)]}…': pattern too large - compile failed");
        }
        var translation = new PatternTranslation(text);
        if (translation.Problem is { } problem)
        {
            return (null, $"Failed to construct regex from pattern '{text}': {problem}");
        }
        if (translation.Size > limits.MaxSize)
        {
            return (null,
                $"Regex '{text}' is too complex: program size of {translation.Size} is larger than maximum of {limits.MaxSize} allowed");
        }
        try
        {
            return (new TextPattern(
                new Regex($@"\A(?:{translation.Text})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)), null);
        }
        catch (Exception refusal) when (refusal is ArgumentException or NotSupportedException)
        {
            return (null, $"Failed to construct regex from pattern '{text}': {refusal.Message}");
        }
    }
}
