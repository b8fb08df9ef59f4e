using System.Globalization;
using System.Text;

namespace Offerbook.Storage.Postgres;

/// <summary>
/// Where a database is and how it is talked to: <c>postgres://user:password@host:port,host:port/database?option=value&amp;…</c>, as libpq
/// writes it. Several hosts are a primary and its standbys: the first that takes writes is used. The password stands in the address, in a
/// file (<c>passfile=PATH</c>) or in <c>PGPASSWORD</c>, looked for in this order at every connection; nothing here ever prints it.
/// </summary>
public sealed record PostgresAddress
{
    public const int DefaultPort = 5432;
    public const string DefaultSchema = "offerbook";

    private PostgresAddress()
    {
    }

    /// <summary>At least one.</summary>
    public required IReadOnlyList<(string Host, int Port)> Hosts { get; init; }

    public required string User { get; init; }

    public required string Database { get; init; }

    /// <summary>Of the tables; made when it is missing. <c>schema=NAME</c></summary>
    public string Schema { get; init; } = DefaultSchema;

    /// <summary>
    /// disable, allow, prefer (the default), require, verify-ca, verify-full: what libpq means by them. <c>sslmode=MODE</c>
    /// </summary>
    public string SslMode { get; init; } = "prefer";

    /// <summary>PEM file of whom the server's certificate is trusted from. <c>sslrootcert=PATH</c></summary>
    public string? RootCertificate { get; init; }

    /// <summary>PEM file of the certificate to show. <c>sslcert=PATH</c></summary>
    public string? ClientCertificate { get; init; }

    /// <summary>PEM file of that certificate's key. <c>sslkey=PATH</c></summary>
    public string? ClientKey { get; init; }

    /// <summary>
    /// A file with the password: lines of host:port:database:user:password as psql has them, or the password alone. <c>passfile=PATH</c>
    /// </summary>
    public string? PasswordFile { get; init; }

    /// <summary>How long one attempt to connect may take, each host by itself. <c>connect_timeout=SECONDS</c>, 1 to 300.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a call keeps trying while the database is not there. <c>patience=SECONDS</c>, 0 (once) to 3,600.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    internal string? Password { get; init; }

    /// <summary>Without the password.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("postgres://").Append(Uri.EscapeDataString(User)).Append('@')
            .AppendJoin(',', Hosts.Select(host => $"{(host.Host.Contains(':') ? $"[{host.Host}]" : host.Host)}:{host.Port}"))
            .Append('/').Append(Uri.EscapeDataString(Database));
        return Schema == DefaultSchema ? text.ToString() : text.Append("?schema=").Append(Uri.EscapeDataString(Schema)).ToString();
    }

    /// <exception cref="FormatException">It is no such address; the message never holds what was given.</exception>
    public static PostgresAddress Parse(string text)
    {
        var rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var (body, options) = Cut(rest, '?');
        var (authority, database) = Cut(body, '/');
        var at = authority.LastIndexOf('@');
        var (user, password) = at < 0 ? ("", null) : Cut(authority[..at], ':');
        var name = user.Length > 0 ? Uri.UnescapeDataString(user) : System.Environment.UserName;
        var address = new PostgresAddress
        {
            Hosts = [.. authority[(at + 1)..].Split(',').Select(Host)],
            User = name,
            Database = database is { Length: > 0 } ? Uri.UnescapeDataString(database) : name,
            Password = password is { Length: > 0 } ? Uri.UnescapeDataString(password) : null,
        };
        foreach (var option in (options ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = Cut(option, '=');
            address = address.With(key, Uri.UnescapeDataString(value ?? ""));
        }
        return address;
    }

    private PostgresAddress With(string option, string value) => option switch
    {
        "schema" => this with { Schema = Named(option, value) },
        "sslmode" => this with
        {
            SslMode = value is "disable" or "allow" or "prefer" or "require" or "verify-ca" or "verify-full" ? value
                : throw new FormatException("sslmode is disable, allow, prefer, require, verify-ca or verify-full."),
        },
        "sslrootcert" => this with { RootCertificate = Named(option, value) },
        "sslcert" => this with { ClientCertificate = Named(option, value) },
        "sslkey" => this with { ClientKey = Named(option, value) },
        "passfile" => this with { PasswordFile = Named(option, value) },
        "password" => this with { Password = value },
        "connect_timeout" => this with { ConnectTimeout = Seconds(option, value, 1, 300) },
        "patience" => this with { Patience = Seconds(option, value, 0, 3_600) },
        _ => throw new FormatException(
            $"the address of the database has an option '{option}' that is not known; known are schema, sslmode, sslrootcert, "
            + "sslcert, sslkey, passfile, connect_timeout and patience."),
    };

    private static (string Host, int Port) Host(string text)
    {
        var colon = text.LastIndexOf(':');
        var hasPort = colon > text.LastIndexOf(']');
        var host = (hasPort ? text[..colon] : text).Trim('[', ']');
        var port = DefaultPort;
        if (hasPort
            && (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535))
        {
            throw new FormatException(
                "the port of the database's host must be a number from 1 to 65535; a password with : / ? @ in it must be percent-encoded.");
        }
        return (host.Length > 0 ? Uri.UnescapeDataString(host) : "localhost", port);
    }

    private static string Named(string option, string value) =>
        value.Length > 0 ? value : throw new FormatException($"the option {option} of the database's address has no value.");

    private static TimeSpan Seconds(string option, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds >= least && seconds <= most
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException($"the option {option} of the database's address must be whole seconds from {least} to {most}.");

    private static (string Before, string? After) Cut(string text, char at) =>
        text.IndexOf(at) is var index and >= 0 ? (text[..index], text[(index + 1)..]) : (text, null);
}
