using System.Text.RegularExpressions;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Validation;

public static class PathIdRules
{
    private const string SegmentPattern =
        @"^(([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])|(\.|\.\.)$";

    private static readonly Regex Segment =
        new(@"^(?:(([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])|(\.|\.\.))\z", RegexOptions.NonBacktracking);

    /// <summary>They would clash with parts of URLs.</summary>
    private static readonly string[] Reserved = ["restart", "tasks", "versions", ".", ".."];

    public static void Check(PathId id, string path, PathErrors errors)
    {
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
