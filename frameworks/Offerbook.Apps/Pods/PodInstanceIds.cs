using System.Globalization;
using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Json.Reading;

namespace Offerbook.Apps.Pods;

/// <summary>Ids of instances as clients name them: a JSON list, or one in a path.</summary>
internal static class PodInstanceIds
{
    /// <summary>As clients know it.</summary>
    private const string Form = @"^(.+)\.(instance-|marathon-)([^\.]+)$";

    public static ApiResult<string[]> Read(JToken body)
    {
        var errors = new ReadErrors();
        if (body is not JArray list)
        {
            errors.Shape.Add("/", "error.expected.jsarray");
            return errors.ToApiError();
        }
        var ids = list.Select((id, i) => Element.Text(id, "(" + i.ToString(CultureInfo.InvariantCulture) + ")", errors) ?? "").ToArray();
        return errors.Any ? errors.ToApiError() : ids;
    }

    public static ApiError? Check(IReadOnlyList<string> ids, bool isOne)
    {
        var errors = new PathErrors();
        for (var i = 0; i < ids.Count; i++)
        {
            if (!Pattern.IsMatch(ids[i]))
            {
                errors.Add(isOne ? "/" : "(" + i.ToString(CultureInfo.InvariantCulture) + ")",
                    $"must fully match regular expression '{Form}'");
            }
        }
        return errors.Any ? ApiErrors.NotValid(errors) : null;
    }

    private static readonly Regex Pattern = new(@"^(.+)\.(instance-|marathon-)([^\.]+)\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
}
