using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Offerbook.Client.Hosting.Standby;

/// <summary>Which headers go on with a request to the leader, and with its answer back.</summary>
internal static class ForwardedHeaders
{
    private const string ForwardedFor = "X-Forwarded-For";

    /// <summary>They speak of one connection only.</summary>
    private static readonly HashSet<string> s_ofConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        HeaderNames.Connection, HeaderNames.KeepAlive, HeaderNames.ProxyConnection, HeaderNames.TE, HeaderNames.Trailer,
        HeaderNames.TransferEncoding,
        HeaderNames.Upgrade, HeaderNames.ProxyAuthenticate, HeaderNames.ProxyAuthorization,
    };

    /// <param name="via">This process, as <paramref name="viaHeader"/> names it.</param>
    public static void Copy(HttpRequest from, HttpRequestMessage to, string viaHeader, string via)
    {
        var named = Named(from.Headers.Connection);
        foreach (var (name, values) in from.Headers)
        {
            if (name.StartsWith(':') || s_ofConnection.Contains(name) || named.Contains(name) || Is(name, HeaderNames.Host)
                || Is(name, HeaderNames.Expect)
                || Is(name, HeaderNames.ContentLength) || Is(name, ForwardedFor))
            {
                continue;
            }
            if (!to.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                // It speaks of a body; without one it says nothing.
                to.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }
        to.Headers.TryAddWithoutValidation(viaHeader, via);
        var client = from.HttpContext.Connection.RemoteIpAddress is { } address ? Text(address) : "unknown";
        to.Headers.TryAddWithoutValidation(ForwardedFor,
            string.Join(", ", [.. from.Headers[ForwardedFor].OfType<string>().Where(text => text.Length > 0), client]));
    }

    public static void Copy(HttpResponseMessage from, HttpResponse to, string viaHeader, string via)
    {
        var named = from.Headers.Connection;
        foreach (var (name, values) in from.Headers.NonValidated.Concat(from.Content.Headers.NonValidated))
        {
            if (!s_ofConnection.Contains(name) && !named.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                to.Headers[name] = new StringValues([.. values]);
            }
        }
        to.Headers.Append(viaHeader, via);
    }

    /// <summary>Whether a request has been here before.</summary>
    public static bool HasBeenAt(HttpRequest request, string viaHeader, string via) =>
        request.Headers[viaHeader].OfType<string>().SelectMany(line => line.Split(',')).Any(hop => hop.Trim() == via);

    private static HashSet<string> Named(StringValues connection) =>
        new(connection.OfType<string>().SelectMany(line => line.Split(',')).Select(name => name.Trim()), StringComparer.OrdinalIgnoreCase);

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static string Text(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
