using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Offerbook.Coordination;

/// <summary>
/// Where an election is held: <c>zk://user:password@h1:2181,h2:2181/path</c>. The user part, the ports (2181) and the path (<c>/</c>) may
/// be left
/// out; an IPv6 address stands in brackets. Everything up to the last <c>@</c> before the first slash is the user part, taken as it is:
/// nothing is percent-decoded.
/// The password is in none of the texts that this type makes, errors included.
/// </summary>
public sealed class ZooKeeperUri
{
    public const int DefaultPort = 2181;

    private const string Scheme = "zk://";

    private ZooKeeperUri(IReadOnlyList<DnsEndPoint> servers, string path, string? credentials)
    {
        Servers = servers;
        Path = path;
        Credentials = credentials;
    }

    /// <summary>At least one; IPv6 addresses without brackets.</summary>
    public IReadOnlyList<DnsEndPoint> Servers { get; }

    /// <summary>Absolute, without a slash at the end unless it is the root.</summary>
    public string Path { get; }

    /// <summary>
    /// Whether our nodes are ours alone: with a user, others may only read them; without, anybody may change or remove them.
    /// </summary>
    [MemberNotNullWhen(true, nameof(Credentials))]
    public bool HasCredentials => Credentials is not null;

    /// <summary><c>user:password</c>, for ZooKeeper's digest scheme. Never write it anywhere.</summary>
    internal string? Credentials { get; }

    /// <summary>For the C client: <c>host:port,…</c>. It takes the last colon for the port's, hence no brackets.</summary>
    internal string ConnectString =>
        string.Join(',', Servers.Select(static server => FormattableString.Invariant($"{server.Host}:{server.Port}")));

    /// <summary>Tells a <c>zk://</c> address from what else may name a master.</summary>
    public static bool IsOne(string text) => text.TrimStart().StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <param name="error">What is wrong and what to write instead, without the password.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ZooKeeperUri? uri, [NotNullWhen(false)] out string? error)
    {
        uri = null;
        var rest = text.Trim();
        if (!IsOne(rest))
        {
            error = "A ZooKeeper address begins with zk://, as in zk://host1:2181,host2:2181/offerbook.";
            return false;
        }
        rest = rest[Scheme.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var path = slash < 0 ? "/" : rest[slash..];
        rest = slash < 0 ? rest : rest[..slash];
        var at = rest.LastIndexOf('@');
        var credentials = at < 0 ? null : rest[..at];
        error = TryServers(rest[(at + 1)..], out var servers) ?? ErrorInUser(credentials) ?? TryPath(ref path);
        if (error is null)
        {
            uri = new ZooKeeperUri(servers, path, credentials);
        }
        return error is null;
    }

    /// <exception cref="FormatException">Says what is wrong, without the password.</exception>
    public static ZooKeeperUri Parse(string text) => TryParse(text, out var uri, out var error) ? uri : throw new FormatException(error);

    /// <summary>The same servers and credentials, another path.</summary>
    public ZooKeeperUri At(string path)
    {
        var full = path;
        return TryPath(ref full) is { } error ? throw new FormatException(error) : new ZooKeeperUri(Servers, full, Credentials);
    }

    /// <summary>Without the password.</summary>
    public override string ToString()
    {
        var user = Credentials is null ? "" : Credentials[..Credentials.IndexOf(':', StringComparison.Ordinal)] + "@";
        return Scheme + user
            + string.Join(',', Servers.Select(static server => FormattableString.Invariant($"{Bracketed(server.Host)}:{server.Port}")))
            + Path;
    }

    private static string Bracketed(string host) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;

    private static string? ErrorInUser(string? credentials) => credentials is null || credentials.IndexOf(':', StringComparison.Ordinal) > 0
        ? null
        : "What stands before the @ of a ZooKeeper address is user:password, and a part of it is missing.";

    private static string? TryServers(string text, out List<DnsEndPoint> servers)
    {
        servers = [];
        foreach (var part in text.Split(','))
        {
            if (TryServer(part.Trim()) is not { } server)
            {
                return part.Trim().Length == 0
                    ? "A ZooKeeper address names a server between its commas, as in zk://host1:2181,host2:2181/offerbook."
                    : $"'{part.Trim()}' in a ZooKeeper address is no server: "
                        + "write host, host:port with a port from 1 to 65535, or [IPv6 address]:port.";
            }
            servers.Add(server);
        }
        return null;
    }

    private static DnsEndPoint? TryServer(string text)
    {
        var (host, port) = (text, "");
        if (text.StartsWith('[') && text.IndexOf(']', StringComparison.Ordinal) is var end && end > 0)
        {
            (host, port) = (text[1..end], text[(end + 1)..]);
            if (!IPAddress.TryParse(host, out var ip) || ip.AddressFamily != AddressFamily.InterNetworkV6)
            {
                return null;
            }
        }
        else if (text.IndexOf(':', StringComparison.Ordinal) is var colon && colon >= 0)
        {
            (host, port) = (text[..colon], text[colon..]);
        }
        var number = DefaultPort;
        var isHost = host.Length > 0 && Uri.CheckHostName(host) != UriHostNameType.Unknown;
        var isPort = port.Length == 0
            || (port[0] == ':' && int.TryParse(port.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out number)
                && number is > 0 and <= ushort.MaxValue);
        return isHost && isPort ? new DnsEndPoint(host, number) : null;
    }

    /// <summary>ZooKeeper's own rules for paths.</summary>
    private static string? TryPath(ref string path)
    {
        path = path.Length > 1 ? path.TrimEnd('/') : path;
        path = path.Length == 0 ? "/" : path;
        if (path == "/")
        {
            return null;
        }
        var parts = path.Split('/');
        if (parts[0].Length != 0 || parts.Skip(1).Any(static part => part is "" or "." or ".." || part.Any(char.IsControl)))
        {
            return $"The path '{path}' of a ZooKeeper address must be absolute, without empty parts, '.', '..' and control characters.";
        }
        return parts[1] == "zookeeper"
            ? $"The path '{path}' of a ZooKeeper address is ZooKeeper's own; choose another, such as /offerbook." : null;
    }
}
