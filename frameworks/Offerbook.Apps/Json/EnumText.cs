namespace Offerbook.Apps.Json;

/// <summary>The written forms of an enum: read in any case, written in the canonical one.</summary>
public sealed class EnumText<T> where T : struct, Enum
{
    private readonly Dictionary<string, T> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<T, string> _texts = [];

    public EnumText(params (T Value, string Text)[] forms)
    {
        foreach (var (value, text) in forms)
        {
            _values.Add(text, value);
            _texts.Add(value, text);
        }
    }

    public bool TryParse(string text, out T value) => _values.TryGetValue(text, out value);

    public string Write(T value) => _texts[value];
}
