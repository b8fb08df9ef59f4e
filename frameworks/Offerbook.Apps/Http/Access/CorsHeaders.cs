using Microsoft.AspNetCore.Http;

namespace Offerbook.Apps.Http.Access;

/// <summary>Tells browsers which pages of other origins may read the API. They may read only: the methods named are safe ones.</summary>
internal sealed class CorsHeaders(IReadOnlyList<string> origins)
{
    private const string MaxAgeSeconds = "86400";

    public void AddTo(HttpContext context)
    {
        if (origins.Count == 0)
        {
            return;
        }
        var (request, headers) = (context.Request.Headers, context.Response.Headers);
        // One origin may be named only: the page's own, if it is among several.
        headers.AccessControlAllowOrigin = request.Origin.FirstOrDefault() is { } origin && origins.Contains(origin) ? origin : origins[^1];
        if (origins.Count > 1)
        {
            headers.Vary = "Origin";
        }
        if (request.AccessControlRequestHeaders.Count > 0)
        {
            headers.AccessControlAllowHeaders = request.AccessControlRequestHeaders;
        }
        headers.AccessControlAllowMethods = "GET, HEAD, OPTIONS";
        headers.AccessControlMaxAge = MaxAgeSeconds;
    }

    /// <summary>A browser asks before it asks; it never shows who it is then.</summary>
    public bool IsPreflight(HttpContext context) =>
        origins.Count > 0 && HttpMethods.IsOptions(context.Request.Method) && context.Request.Headers.AccessControlRequestMethod.Count > 0;
}
