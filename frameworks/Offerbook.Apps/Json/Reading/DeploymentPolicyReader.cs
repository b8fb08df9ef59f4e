using System.Globalization;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Reading;

/// <summary>
/// Reads an app's <c>deployment</c>: <c>{"deadlineSeconds":600,"maxFailures":3,"onFailure":"rollback","pauseAfter":[1,"25%"]}</c>.
/// </summary>
internal static class DeploymentPolicyReader
{
    public static DeploymentPolicy Read(ObjectReader policy) => new()
    {
        DeadlineSeconds = policy.Int("deadlineSeconds", min: 1),
        MaxFailures = policy.Int("maxFailures"),
        OnFailure = policy.Choice("onFailure", EnumTexts.FailureActions),
        PauseAfter = ReadPoints(policy),
    };

    private static ValueList<PausePoint> ReadPoints(ObjectReader policy)
    {
        var points = policy.List("pauseAfter", ReadPoint);
        if (points?.Count > DeploymentPolicy.MaxPausePoints)
        {
            policy.Fail("pauseAfter", "error.maxLength");
        }
        return points?.Select(point => (PausePoint)point).ToValueList() ?? [];
    }

    private static object? ReadPoint(JToken token, string path, ReadErrors errors)
    {
        if (token.Type == JTokenType.Integer)
        {
            return Element.Int(token, path, errors, 1, int.MaxValue) is int instances ? new PausePoint(instances, false) : null;
        }
        var text = token.Type == JTokenType.String ? (string)token! : "";
        if (text.EndsWith('%') && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
            && percent is > 0 and <= 100)
        {
            return new PausePoint(percent, true);
        }
        errors.Shape.Add(path, "error.expected.instances.or.percent");
        return null;
    }
}
