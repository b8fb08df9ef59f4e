using System.Diagnostics.CodeAnalysis;
using Offerbook.Actors;

namespace Offerbook.Apps.Http.Routing;

/// <summary>
/// The form of a path. <c>{id}</c> stands for the id of an app, group or pod: one or more segments, as many as fit; it may have text
/// right behind it (<c>{id}::versions</c>), which then ends its last segment. Any other name in braces stands for one segment.
/// </summary>
internal sealed class RouteTemplate
{
    private const string IdName = "{id}";

    private readonly string[] _parts;
    private readonly int _idAt;
    private readonly string _idSuffix = "";

    public RouteTemplate(string text)
    {
        Text = text;
        _parts = text.Split('/', StringSplitOptions.RemoveEmptyEntries);
        _idAt = Array.FindIndex(_parts, static part => part.StartsWith(IdName, StringComparison.Ordinal));
        Invariant.Check(_parts.Count(static part => part.StartsWith(IdName, StringComparison.Ordinal)) <= 1, "a path has one {id} at most");
        if (_idAt >= 0)
        {
            _idSuffix = _parts[_idAt][IdName.Length..];
        }
        Names = _parts.Where(static part => part.StartsWith('{'))
            .Select(static part => part[1..part.IndexOf('}', StringComparison.Ordinal)]).ToList();
    }

    /// <summary>As it was written: <c>/v2/apps/{id}/tasks</c>.</summary>
    public string Text { get; }

    /// <summary>What stands in braces, in order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <param name="segments">Decoded, without empty ones.</param>
    /// <param name="values">By name; the id begins with a slash.</param>
    public bool TryMatch(IReadOnlyList<string> segments, [NotNullWhen(true)] out IReadOnlyDictionary<string, string>? values)
    {
        values = null;
        var idLength = segments.Count - _parts.Length + 1;
        if (_idAt < 0 ? segments.Count != _parts.Length : idLength < 1)
        {
            return false;
        }
        var found = new Dictionary<string, string>(Names.Count);
        for (int part = 0, at = 0; part < _parts.Length; part++)
        {
            if (part == _idAt)
            {
                var last = segments[at + idLength - 1];
                if (!last.EndsWith(_idSuffix, StringComparison.Ordinal) || (idLength == 1 && last.Length == _idSuffix.Length))
                {
                    return false;
                }
                var id = "/" + string.Join('/', segments.Skip(at).Take(idLength));
                found["id"] = id[..^_idSuffix.Length];
                at += idLength;
                continue;
            }
            var (expected, actual) = (_parts[part], segments[at++]);
            if (expected.StartsWith('{'))
            {
                found[expected[1..^1]] = actual;
            }
            else if (expected != actual)
            {
                return false;
            }
        }
        values = found;
        return true;
    }
}
