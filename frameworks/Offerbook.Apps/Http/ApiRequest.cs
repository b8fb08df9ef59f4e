using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Apps.Access;
using Offerbook.Apps.Core;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Http.Routing;
using Offerbook.Apps.Json.Reading;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http;

/// <summary>
/// A request as the endpoints look at it. The path is taken apart from the raw target, because ids come with doubled slashes and
/// with <c>%2F</c>, which both only separate segments.
/// </summary>
internal sealed class ApiRequest
{
    /// <summary>The largest body that is read: a group of 1,000 apps of 16 KiB each.</summary>
    public const int MaxBodyBytes = 16 * 1024 * 1024;

    private ApiRoute? _route;
    private IReadOnlyDictionary<string, string> _values = new Dictionary<string, string>();

    public ApiRequest(HttpContext context)
    {
        Context = context;
        Accepts = new AcceptedTypes(context.Request.Headers.Accept);
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? context.Request.Path.Value ?? "/";
        var path = target.Split('?', 2)[0];
        if (path.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(path, UriKind.Absolute, out var absolute))
        {
            path = absolute.AbsolutePath;
        }
        Path = Uri.UnescapeDataString(path);
        Segments = Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
    }

    public HttpContext Context { get; }

    /// <summary>Decoded, as the client wrote it.</summary>
    public string Path { get; }

    /// <summary>Without the empty ones.</summary>
    public IReadOnlyList<string> Segments { get; }

    /// <summary>HEAD counts as GET; the server leaves the body out.</summary>
    public string Method => HttpMethods.IsHead(Context.Request.Method) ? HttpMethods.Get : Context.Request.Method;

    public bool IsHead => HttpMethods.IsHead(Context.Request.Method);

    /// <summary>What the client may do.</summary>
    public Grants Grants { get; set; } = Grants.Everything;

    public AcceptedTypes Accepts { get; }

    /// <summary>The route that was found for it.</summary>
    public void Enter(ApiRoute route, IReadOnlyDictionary<string, string> values) => (_route, _values) = (route, values);

    /// <summary>What stands in the path for a name of the route's template.</summary>
    public string Value(string name) => _values[name];

    /// <summary>
    /// The id in the path as text with a slash in front: <c>/a/b</c> of <c>/v2/apps/a/b/tasks</c>; the root where there is none.
    /// </summary>
    public string IdText => _values.GetValueOrDefault("id", "/");

    public PathId Id => PathId.Parse(IdText);

    /// <summary>Only the text "true", in any case, is true.</summary>
    public bool Flag(string name, bool ifAbsent = false)
    {
        var values = Query(name);
        return values.Count == 0 ? ifAbsent : string.Equals(values[0], "true", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether the route has such a query parameter.</summary>
    public bool Describes(string name) => _route?.Query.Any(parameter => parameter.Name == name) == true;

    public string? Text(string name) => Query(name).FirstOrDefault();

    public IReadOnlyList<string> Texts(string name) => Query(name).OfType<string>().ToList();

    /// <summary>What the client says must still be so; null: nothing.</summary>
    public WriteCondition? Condition
    {
        get
        {
            var headers = Context.Request.Headers;
            if (headers.IfMatch.Count > 0)
            {
                return EntityTag.TryReadVersions(headers.IfMatch, out var any, out var versions)
                    ? new WriteCondition(any, versions.ToValueList(), IsNew: false)
                    : WriteCondition.Never;
            }
            return headers.IfNoneMatch.ToString().Trim() == "*" ? new WriteCondition(false, [], IsNew: true) : null;
        }
    }

    /// <summary>Whether the client says that it sends something else than JSON.</summary>
    public bool HasForeignContentType
    {
        get
        {
            var type = Context.Request.ContentType;
            return !string.IsNullOrWhiteSpace(type)
                && !string.Equals(type.Split(';', 2)[0].Trim(), "application/json", StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>The body as JSON.</summary>
    public async Task<ApiResult<JToken>> ReadJsonAsync()
    {
        Invariant.Check(_route is not { Body: null }, "a route that reads a body describes it");
        if (Judge(Context.Request.ContentLength ?? 0) is { } refusal)
        {
            return refusal;
        }
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var count = await Context.Request.Body.ReadAsync(buffer, Context.RequestAborted);
            if (count == 0)
            {
                return JsonText.Parse(body.GetBuffer().AsSpan(0, (int)body.Length));
            }
            if (Judge(body.Length + count) is { } tooLarge)
            {
                return tooLarge;
            }
            body.Write(buffer, 0, count);
        }
    }

    private Microsoft.Extensions.Primitives.StringValues Query(string name)
    {
        Invariant.Check(_route is null || _route.Query.Any(parameter => parameter.Name == name),
            "a parameter that is read is described: " + name);
        return Context.Request.Query[name];
    }

    /// <returns>The refusal of a body of so many bytes; null when it may be taken.</returns>
    public static ApiError? Judge(long bytes) => bytes <= MaxBodyBytes ? null
        : ApiError.Of(413, $"The body is larger than the {MaxBodyBytes} bytes allowed. Send the group in parts.");
}
