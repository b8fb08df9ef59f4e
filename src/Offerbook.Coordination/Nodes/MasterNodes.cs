using System.Net;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Offerbook.Coordination.Nodes;

/// <summary>
/// Masters: <c>json.info_0000000042</c> directly below the path, holding a MasterInfo as JSON. Existing tools look for exactly that
/// (mesos-v1-api 1.6), so neither the name nor the content is ours to change.
/// </summary>
/// <param name="scheme">MasterInfo does not say whether the master speaks <c>http</c> or <c>https</c>; one election uses the same
/// everywhere.</param>
public sealed class MasterNodes(string scheme = "http") : NodeFormat("", "json.info_")
{
    /// <summary>The address's IP, as agents need no name service then; else its host name.</summary>
    public override Uri? AddressIn(ReadOnlyMemory<byte> data) => Parse(data) is { } info ? AddressOf(info) : null;

    /// <summary>The host name that the master wants to be shown under, for redirects; null when it names none.</summary>
    public static string? HostnameIn(ReadOnlyMemory<byte> data) =>
        Parse(data) is { } info ? Text(info["hostname"]) ?? Text(info["address"]?["hostname"]) : null;

    private Uri? AddressOf(JObject info)
    {
        var address = info["address"] as JObject;
        var host = Text(address?["ip"]) ?? Text(address?["hostname"]) ?? Legacy(info["ip"]) ?? Text(info["hostname"]);
        var port = Port(address?["port"]) ?? Port(info["port"]);
        if (host is null || port is null)
        {
            return null;
        }
        var authority = IPAddress.TryParse(host, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? $"[{host}]" : host;
        return Uri.TryCreate($"{scheme}://{authority}:{port}/", UriKind.Absolute, out var uri) ? uri : null;
    }

    private static JObject? Parse(ReadOnlyMemory<byte> data)
    {
        try
        {
            using var reader = new JsonTextReader(new StringReader(Encoding.UTF8.GetString(data.Span))) { MaxDepth = 16,
                DateParseHandling = DateParseHandling.None };
            return JToken.ReadFrom(reader) as JObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JToken? token) =>
        token is JValue { Type: JTokenType.String, Value: string { Length: > 0 } text } ? text : null;

    private static int? Port(JToken? token) =>
        token is JValue { Type: JTokenType.Integer, Value: long and > 0 and <= ushort.MaxValue and var port } ? (int)port : null;

    /// <summary><c>MasterInfo.ip</c>: the four bytes in network order, read as a little-endian number.</summary>
    private static string? Legacy(JToken? token) =>
        token is JValue { Type: JTokenType.Integer, Value: long and > 0 and <= uint.MaxValue and var ip }
            ? new IPAddress(ip).ToString() : null;
}
