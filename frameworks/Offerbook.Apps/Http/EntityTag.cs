using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http;

/// <summary>
/// Entity tags: <c>"2026-11-22T10:15:30.123Z-1a2b3c4d5e6f7081"</c>, the version of what is shown and a hash of how it is shown. Readers
/// compare the whole (304), writers only the version (If-Match): that a task has started since does not stop a change.
/// </summary>
internal static class EntityTag
{
    private const string GzipSuffix = "-gzip";

    /// <param name="gzipped">Other bytes have another tag.</param>
    public static string Of(string version, ResponseBody body, bool gzipped) => $"\"{version}-{body.Hash}{(gzipped ? GzipSuffix : "")}\"";

    /// <summary>Whether a list of tags (If-None-Match) has this one, whatever its encoding.</summary>
    public static bool IsAmong(IEnumerable<string?> header, string tag) =>
        Tags(header).Any(other => other == "*" || Plain(other) == Plain(tag));

    /// <summary>The versions in a list of tags (If-Match); a version may also stand alone between quotes.</summary>
    /// <returns>False when one of them is no tag of ours.</returns>
    public static bool TryReadVersions(IEnumerable<string?> header, out bool any, out IReadOnlyList<Timestamp> versions)
    {
        var found = new List<Timestamp>();
        (any, versions) = (false, found);
        foreach (var tag in Tags(header))
        {
            if (tag == "*")
            {
                any = true;
                continue;
            }
            var text = Plain(tag);
            var end = text.LastIndexOf('Z');
            if (end < 0 || !Timestamp.TryParse(text[..(end + 1)], out var version))
            {
                return false;
            }
            found.Add(version);
        }
        return any || found.Count > 0;
    }

    private static IEnumerable<string> Tags(IEnumerable<string?> header) =>
        header.SelectMany(static value => (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static string Plain(string tag)
    {
        var text = (tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag).Trim('"');
        return text.EndsWith(GzipSuffix, StringComparison.Ordinal) ? text[..^GzipSuffix.Length] : text;
    }
}
