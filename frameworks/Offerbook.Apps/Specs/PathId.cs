namespace Offerbook.Apps.Specs;

/// <summary>
/// Where an app or a group lies in the tree: an absolute path such as <c>/shop/web</c>, or <c>/</c> for the root. Relative ids
/// exist only in documents; reading resolves them. Any text becomes a path; whether its segments are allowed is validation's question.
/// Ordered segment by segment (ordinal), so that a group comes right before what it contains.
/// </summary>
public sealed class PathId : IEquatable<PathId>, IComparable<PathId>
{
    private readonly string[] _segments;
    private readonly string _text;

    private PathId(string[] segments)
    {
        _segments = segments;
        _text = "/" + string.Join('/', segments);
    }

    public static PathId Root { get; } = new([]);

    /// <summary>Reads an id as if it stood in the root: <c>a/b</c>, <c>/a/b</c> and <c>/a//b/</c> are the same.</summary>
    public static PathId Parse(string text) => Root.Resolve(text);

    public IReadOnlyList<string> Segments => _segments;

    public bool IsRoot => _segments.Length == 0;

    public int Depth => _segments.Length;

    /// <summary>The last segment; empty for the root.</summary>
    public string Name => IsRoot ? "" : _segments[^1];

    /// <summary>The group that contains this; the root's parent is the root.</summary>
    public PathId Parent => _segments.Length <= 1 ? Root : new PathId(_segments[..^1]);

    /// <summary>The segments joined by <c>_</c>, which no segment may contain: the form inside task ids.</summary>
    public string SafeId => string.Join('_', _segments);

    public PathId Append(string segment) => new([.. _segments, segment]);

    /// <summary>The ancestor (or self) with so many segments.</summary>
    public PathId Ancestor(int depth) => depth >= _segments.Length ? this : new PathId(_segments[..depth]);

    /// <summary>Resolves an id written inside this group: absolute with a leading slash, else relative; <c>.</c> and <c>..</c> are worked
    /// out
    /// (<c>..</c> at the root stays there), empty segments are dropped.</summary>
    public PathId Resolve(string text)
    {
        var segments = new List<string>();
        if (!text.StartsWith('/'))
        {
            segments.AddRange(_segments);
        }
        foreach (var segment in text.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (segment)
            {
                case ".":
                    break;
                case "..":
                    if (segments.Count > 0)
                    {
                        segments.RemoveAt(segments.Count - 1);
                    }
                    break;
                default:
                    segments.Add(segment);
                    break;
            }
        }
        return segments.Count == 0 ? Root : new PathId(segments.ToArray());
    }

    /// <summary>Whether this is <paramref name="group"/> itself or lies anywhere below it.</summary>
    public bool IsWithin(PathId group) =>
        _segments.Length >= group._segments.Length && _segments.AsSpan(0, group._segments.Length).SequenceEqual(group._segments);

    public bool IsChildOf(PathId group) => _segments.Length == group._segments.Length + 1 && IsWithin(group);

    public int CompareTo(PathId? other)
    {
        if (other is null)
        {
            return 1;
        }
        for (var i = 0; i < _segments.Length && i < other._segments.Length; i++)
        {
            var order = string.CompareOrdinal(_segments[i], other._segments[i]);
            if (order != 0)
            {
                return order;
            }
        }
        return _segments.Length.CompareTo(other._segments.Length);
    }

    public bool Equals(PathId? other) => other is not null && _text == other._text;

    public override bool Equals(object? obj) => Equals(obj as PathId);

    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    public static bool operator ==(PathId? left, PathId? right) => left is null ? right is null : left.Equals(right);
    public static bool operator !=(PathId? left, PathId? right) => !(left == right);

    public override string ToString() => _text;
}
