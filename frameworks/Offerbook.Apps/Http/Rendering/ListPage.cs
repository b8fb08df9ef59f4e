using System.Globalization;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Http.Routing;

namespace Offerbook.Apps.Http.Rendering;

/// <summary>
/// A part of a list: <c>?limit=100&amp;after=/last/id</c>. The answer has the same shape, tells in <c>X-Total-Count</c> how many there are
/// and in
/// <c>Link</c> where the next part is; with either parameter the items are sorted by id, so that what comes and goes meanwhile moves
/// nothing.
/// </summary>
internal sealed record ListPage(int? Limit, string? After)
{
    public static IReadOnlyList<QueryParameter> Parameters { get; } =
    [
        new("limit", "int", "At most so many items, sorted by id; Link tells where the next ones are, X-Total-Count how many there are"),
        new("after", "text", "Only items whose ids come after this one"),
    ];

    public bool IsWhole => Limit is null && After is null;

    public static ApiResult<ListPage> Of(ApiRequest request)
    {
        var (limit, after) = (request.Text("limit"), request.Text("after"));
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0))
        {
            return ApiErrors.Unprocessable($"The query parameter limit is a whole number from 1 on, not '{limit}'.");
        }
        return new ListPage(limit is null ? null : int.Parse(limit, CultureInfo.InvariantCulture), after is { Length: > 0 } ? after : null);
    }

    /// <param name="items">In the order of a whole list.</param>
    /// <param name="parse">Reads a key as it stands in the query.</param>
    public ListPart<T> Take<T, TKey>(IEnumerable<T> items, Func<T, TKey> key, Func<string, TKey> parse) where TKey : IComparable<TKey>
    {
        if (IsWhole)
        {
            return new ListPart<T>(items.ToList(), null, null);
        }
        var sorted = items.OrderBy(key, Order<TKey>()).ToList();
        var rest = sorted;
        if (After is not null)
        {
            var after = parse(After);
            rest = sorted.SkipWhile(item => Order<TKey>().Compare(key(item), after) <= 0).ToList();
        }
        return Limit is { } limit && rest.Count > limit
            ? new ListPart<T>(rest[..limit], sorted.Count, key(rest[limit - 1]).ToString())
            : new ListPart<T>(rest, sorted.Count, null);
    }

    /// <summary>Texts by their characters, whatever the machine's language.</summary>
    private static IComparer<TKey> Order<TKey>() =>
        typeof(TKey) == typeof(string) ? (IComparer<TKey>)StringComparer.Ordinal : Comparer<TKey>.Default;
}

/// <param name="Total">Of the whole list; null when all of it is here because nothing else was asked for.</param>
/// <param name="Last">The key after which the next part begins; null when there is none.</param>
internal sealed record ListPart<T>(IReadOnlyList<T> Items, int? Total, string? Last)
{
    /// <summary>Tells where the next part is.</summary>
    public ApiResponse Describe(ApiRequest request, ApiResponse response)
    {
        if (Total is not { } total)
        {
            return response;
        }
        response = response.With("X-Total-Count", total.ToString(CultureInfo.InvariantCulture));
        if (Last is null)
        {
            return response;
        }
        var query = request.Context.Request.Query.Where(pair => pair.Key != "after")
            .SelectMany(pair => pair.Value.Select(value => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(value ?? "")}"))
            .Append("after=" + Uri.EscapeDataString(Last));
        return response.With("Link", $"<{request.Context.Request.Path}?{string.Join('&', query)}>; rel=\"next\"");
    }
}
