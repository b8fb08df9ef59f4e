using System.Globalization;

namespace Offerbook.Apps.Http;

/// <summary>The media types that a client takes, with how much it likes each: the Accept header. No header takes everything.</summary>
internal sealed class AcceptedTypes
{
    private readonly List<(string Type, double Quality)> _ranges = [];

    public AcceptedTypes(IEnumerable<string?> header)
    {
        foreach (var range in header.SelectMany(static value => (value ?? "").Split(',')))
        {
            var parts = range.Split(';');
            var type = parts[0].Trim();
            if (type.Length > 0)
            {
                _ranges.Add((type, QualityOf(parts)));
            }
        }
    }

    public bool Any(IEnumerable<string> types) => types.Any(type => Quality(type) > 0);

    /// <summary>0 when it is not taken, else up to 1. Of ranges that fit, the closest counts.</summary>
    public double Quality(string type)
    {
        if (_ranges.Count == 0)
        {
            return 1;
        }
        var (best, quality) = (-1, 0.0);
        foreach (var (range, q) in _ranges)
        {
            var closeness = Closeness(range, type);
            if (closeness > best || (closeness == best && q > quality))
            {
                (best, quality) = (closeness, closeness < 0 ? 0 : q);
            }
        }
        return quality;
    }

    /// <summary>Whether the client names the type itself, not only by a star.</summary>
    public bool Names(string type) =>
        _ranges.Exists(range => string.Equals(range.Type, type, StringComparison.OrdinalIgnoreCase) && range.Quality > 0);

    private static int Closeness(string range, string type)
    {
        if (string.Equals(range, type, StringComparison.OrdinalIgnoreCase))
        {
            return 2;
        }
        if (range is "*/*" or "*")
        {
            return 0;
        }
        return range.EndsWith("/*", StringComparison.Ordinal) && type.StartsWith(range[..^1], StringComparison.OrdinalIgnoreCase) ? 1 : -1;
    }

    private static double QualityOf(string[] parts)
    {
        foreach (var part in parts.Skip(1))
        {
            var pair = part.Split('=', 2);
            if (pair.Length == 2 && pair[0].Trim() is "q" or "Q")
            {
                return double.TryParse(pair[1].Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var quality)
                    ? quality : 0;
            }
        }
        return 1;
    }
}
