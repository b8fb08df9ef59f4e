using System.Buffers;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Errors;

namespace Offerbook.Apps.Http.Rendering;

/// <summary>A list of few or small things: the part of it that is asked for, and of each item the members that are asked for.</summary>
internal static class JsonList
{
    /// <param name="items">In the order of a whole list.</param>
    /// <param name="parse">Reads a key as it stands in the query.</param>
    /// <param name="write">What stands in the list for an item: mostly one object.</param>
    /// <param name="member">The list is this member of an object; null: it stands alone.</param>
    public static ApiResponse Answer<T, TKey>(ApiRequest request, IEnumerable<T> items, Func<T, TKey> key, Func<string, TKey> parse,
        Func<T, IEnumerable<JObject>> write, string? member = null) where TKey : IComparable<TKey>
    {
        var page = ListPage.Of(request);
        if (!page.IsOk)
        {
            return ApiResponse.Error(page.Error);
        }
        var (part, fields) = (page.Value.Take(items, key, parse), FieldSelection.Of(request));
        var body = new BodyWriter();
        if (member is not null)
        {
            body.Write("{\""u8);
            body.Write(System.Text.Encoding.UTF8.GetBytes(member));
            body.Write("\":"u8);
        }
        var list = new JsonListWriter(body);
        foreach (var json in part.Items.SelectMany(write))
        {
            ReadOnlyMemory<byte> written = ApiResponse.Encode(json);
            list.Add(fields?.Apply(written) ?? written);
        }
        list.End();
        if (member is not null)
        {
            body.Write("}"u8);
        }
        return part.Describe(request, ApiResponse.Json(body.ToBody()));
    }
}
