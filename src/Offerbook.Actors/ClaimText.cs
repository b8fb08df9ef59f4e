using System.Globalization;
using System.Runtime.CompilerServices;

namespace Offerbook.Actors;

/// <summary>
/// The text of a claim that is made up only when it does not hold: invariants are looked at in hot places, and what their texts would
/// show (a resource, a whole message) costs far more than the look.
/// </summary>
[InterpolatedStringHandler]
public ref struct ClaimText
{
    private DefaultInterpolatedStringHandler _text;

    public ClaimText(int literalLength, int formattedCount, bool holds, out bool isNeeded)
    {
        isNeeded = !holds;
        _text = isNeeded ? new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture) : default;
    }

    public void AppendLiteral(string text) => _text.AppendLiteral(text);

    public void AppendFormatted(string? value) => _text.AppendFormatted(value);

    public void AppendFormatted(object? value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    internal string Take() => _text.ToStringAndClear();
}
