using System.Text;
using Microsoft.AspNetCore.Http;

namespace Offerbook.Wire.Http.Security;

/// <summary>Endpoints that ask for the same proof.</summary>
/// <param name="Name">As challenges name it.</param>
/// <param name="Flag">The flag that guards it, for texts.</param>
/// <param name="Authenticators"><c>basic</c> or <c>jwt</c>, tried in this order.</param>
public sealed record GuardedRealm(string Name, string Flag, IReadOnlyList<string> Authenticators)
{
    /// <summary>Whether a principal that is nothing but claims, as a token's is, may enter.</summary>
    public bool AdmitsClaims { get; init; }
}

/// <summary>Where the secrets are that requests are judged by.</summary>
public sealed record GuardSecrets
{
    /// <summary>A file of principals and secrets; needed by the authenticator <c>basic</c>.</summary>
    public string? Credentials { get; init; }

    /// <summary>The flag that names the file, for texts.</summary>
    public string CredentialsFlag { get; init; } = "credentials";

    /// <summary>Principals beside those of the file.</summary>
    public IReadOnlyList<Credential> Known { get; init; } = [];

    /// <summary>A file whose bytes are the key of tokens; needed by the authenticator <c>jwt</c>.</summary>
    public string? JwtSecretKey { get; init; }
}

/// <summary>
/// Stands before every handler: who may enter a realm. A realm without authentication takes everybody, ignores whatever the
/// Authorization header says, and knows no principal.
/// </summary>
public sealed class RequestGuard
{
    /// <summary>A key shorter than the hash is easier to guess than the hash (RFC 7518, 3.2).</summary>
    private const int ShortKeyBytes = 32;

    private const int MaxKeyBytes = 64 * 1024;

    private readonly string _part;
    private readonly Dictionary<string, (GuardedRealm Realm, IAuthenticator Authenticator)> _guarded = new(StringComparer.Ordinal);

    /// <param name="part">What is guarded, for texts: <c>master</c>.</param>
    /// <param name="realms">Those that ask for proof.</param>
    /// <exception cref="FormatException">The options contradict each other, or a file of secrets cannot be used.</exception>
    public RequestGuard(string part, IEnumerable<GuardedRealm> realms, GuardSecrets secrets, TimeProvider clock,
        Action<string>? warn = null)
    {
        _part = part;
        var known = secrets.Known.ToDictionary(credential => credential.Principal, credential => credential.Secret, StringComparer.Ordinal);
        var listed = secrets.Credentials is { } file ? CredentialsFile.Load(file, warn) : new Dictionary<string, string>();
        foreach (var (principal, secret) in listed)
        {
            known[principal] = secret;
        }
        var credentials = known.Count == 0 ? null : new Credentials(known);
        var key = secrets.JwtSecretKey is { } keyFile ? ReadKey(keyFile, warn) : null;
        foreach (var realm in realms)
        {
            var each = realm.Authenticators.Select(name => Create(realm, name, credentials, secrets.CredentialsFlag, key, clock)).ToList();
            _guarded[realm.Name] = (realm, each.Count == 1 ? each[0] : new CombinedAuthenticator(each));
        }
    }

    /// <summary>Whether the realm asks for proof.</summary>
    public bool Guards(string realm) => _guarded.ContainsKey(realm);

    /// <summary>Notes on the request who sent it.</summary>
    /// <returns>False when it was refused; the answer is on its way.</returns>
    public async ValueTask<bool> AdmitAsync(HttpContext context, string realm)
    {
        if (!_guarded.TryGetValue(realm, out var guarded))
        {
            return true;
        }
        var header = context.Request.Headers.Authorization;
        switch (guarded.Authenticator.Authenticate(header.Count == 0 ? null : header.ToString()))
        {
            case AuthenticationResult.Authenticated { Principal: var principal }
                when principal.Value is not null || guarded.Realm.AdmitsClaims:
                context.Set(principal);
                return true;
            case AuthenticationResult.Authenticated:
                await context.Response.WriteTextAsync(StatusCodes.Status403Forbidden,
                    $"The request's authenticated principal contains claims, but no value string. The {_part} currently requires that principals have a value");
                return false;
            case AuthenticationResult.Unauthorized no:
                context.Response.Headers.WWWAuthenticate = no.Challenge;
                await context.Response.WriteTextAsync(StatusCodes.Status401Unauthorized, no.Body);
                return false;
            case AuthenticationResult.Forbidden no:
                await context.Response.WriteTextAsync(StatusCodes.Status403Forbidden, no.Body);
                return false;
            case var unknown:
                throw new InvalidOperationException($"An authenticator gave {unknown}");
        }
    }

    private static IAuthenticator Create(
        GuardedRealm realm, string name, Credentials? credentials, string credentialsFlag, byte[]? key, TimeProvider clock) => name switch
    {
        "basic" => new BasicAuthenticator(realm.Name, credentials
            ?? throw new FormatException($"--{realm.Flag} with the authenticator 'basic' needs --{credentialsFlag}")),
        "jwt" => new JwtAuthenticator(realm.Name, key
            ?? throw new FormatException($"--{realm.Flag} with the authenticator 'jwt' needs --jwt_secret_key"), clock),
        _ => throw new FormatException($"there is no HTTP authenticator '{name}': choose from 'basic' and 'jwt'"),
    };

    private static byte[] ReadKey(string file, Action<string>? warn)
    {
        var key = Encoding.UTF8.GetBytes(SecretFile.Read(file, "JWT secret key file", MaxKeyBytes, warn));
        if (key.Length == 0)
        {
            throw new FormatException($"the JWT secret key file '{file}' is empty");
        }
        if (key.Length < ShortKeyBytes)
        {
            warn?.Invoke($"The JWT secret key has {key.Length} bytes; take at least {ShortKeyBytes}");
        }
        return key;
    }
}
