using System.Text.RegularExpressions;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Validation;

public static class PathIdRules
{
    private const string SegmentPattern =
        @"^(([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])|(\.|\.\.)$";

    private static readonly Regex Segment =
        new(@"^(?:(([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])|(\.|\.\.))\z",
            RegexOptions.NonBacktracking);

    /// <summary>They would clash with parts of URLs.</summary>
    private static readonly string[] Reserved = ["restart", "tasks", "versions", ".", ".."];

    /// <summary>Walks over the tree go one call deeper for each segment; no sensible tree comes near it.</summary>
    public const int MaxSegments = 64;

    /// <summary>Ids stand in URLs, environment variables and task ids.</summary>
    public const int MaxLength = 1_024;

    public static void Check(PathId id, string path, PathErrors errors)
    {
        if (id.Depth > MaxSegments || id.ToString().Length > MaxLength)
        {
            errors.Add(path, $"must not have more than {MaxSegments} segments or {MaxLength} characters");
            return;
        }
        foreach (var segment in id.Segments.Where(segment => !Segment.IsMatch(segment)))
        {
            errors.Add(path, $"must fully match regular expression '{SegmentPattern}'");
        }
        if (Reserved.Contains(id.Name))
        {
            errors.Add(path, "must not end with any of the following reserved keywords: " + string.Join(", ", Reserved));
        }
    }

    public static void CheckChild(PathId id, PathId group, string path, PathErrors errors)
    {
        if (!id.IsChildOf(group))
        {
            errors.Add(path, $"Identifier is not child of '{group}'");
        }
    }
}
