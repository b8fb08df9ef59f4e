using Newtonsoft.Json.Linq;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Json.Drafts;
using Offerbook.Apps.Json.Reading;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json;

/// <summary>Request bodies, as bytes or already parsed, in; drafts or refusals out. Never throws, whatever the bytes.</summary>
public static class Documents
{
    /// <summary>A whole app (POST).</summary>
    public static ApiResult<AppDraft> ReadApp(ReadOnlySpan<byte> body) => Parse(body, ReadApp);

    public static ApiResult<AppDraft> ReadApp(JToken body) =>
        Read(body, (token, errors) => ObjectReader.Object(token, "", errors, app => AppReader.Read(app, isWhole: true)));

    /// <summary>A change of one app (PUT, PATCH).</summary>
    public static ApiResult<AppDraft> ReadAppUpdate(ReadOnlySpan<byte> body) => Parse(body, ReadAppUpdate);

    public static ApiResult<AppDraft> ReadAppUpdate(JToken body) =>
        Read(body, (token, errors) => ObjectReader.Object(token, "", errors, app => AppReader.Read(app, isWhole: false)));

    /// <summary>Changes of several apps; each says its id.</summary>
    public static ApiResult<ValueList<AppDraft>> ReadAppUpdates(ReadOnlySpan<byte> body) => Parse(body, ReadAppUpdates);

    public static ApiResult<ValueList<AppDraft>> ReadAppUpdates(JToken body) => Read(body, (token, errors) =>
    {
        if (token is not JArray updates)
        {
            errors.Shape.Add("/", "error.expected.jsarray");
            return null;
        }
        return updates.Select((update, i) => ObjectReader.Object(update, "(" + i + ")", errors, app => AppReader.Read(app, isWhole: true)))
            .OfType<AppDraft>().ToValueList();
    });

    public static ApiResult<GroupDraft> ReadGroup(ReadOnlySpan<byte> body) => Parse(body, ReadGroup);

    public static ApiResult<GroupDraft> ReadGroup(JToken body) =>
        Read(body, (token, errors) => ObjectReader.Object(token, "", errors, group => GroupReader.Read(group, isChild: false)));

    /// <summary>The body of <c>POST /v2/tasks/delete</c>: <c>{"ids":[…]}</c>.</summary>
    public static ApiResult<ValueList<string>> ReadTaskIds(ReadOnlySpan<byte> body) => Parse(body, ReadTaskIds);

    public static ApiResult<ValueList<string>> ReadTaskIds(JToken body) => Read(body, (token, errors) =>
        ObjectReader.Object(token, "", errors, request => request.Required("ids", request.Texts("ids"), [])));

    private static ApiResult<T> Parse<T>(ReadOnlySpan<byte> body, Func<JToken, ApiResult<T>> read)
    {
        var parsed = JsonText.Parse(body);
        return parsed.IsOk ? read(parsed.Value) : parsed.Error;
    }

    private static ApiResult<T> Read<T>(JToken body, Func<JToken, ReadErrors, T?> read) where T : class
    {
        var errors = new ReadErrors();
        var value = read(body, errors);
        return errors.Any || value is null ? errors.ToApiError() : value;
    }
}
