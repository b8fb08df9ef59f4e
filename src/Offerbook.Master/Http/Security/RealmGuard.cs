using System.Text;
using Microsoft.AspNetCore.Http;
using Offerbook.Master.Hosting;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http.Security;

/// <summary>
/// Stands before every handler: who may enter a realm. A realm without authentication takes everybody, ignores whatever the
/// Authorization header says, and knows no principal.
/// </summary>
internal sealed class RealmGuard
{
    private const string ClaimsOnly =
        "The request's authenticated principal contains claims, but no value string. The master currently requires that principals have a value";

    /// <summary>A key shorter than the hash is easier to guess than the hash (RFC 7518, 3.2).</summary>
    private const int ShortKeyBytes = 32;

    private const int MaxKeyBytes = 64 * 1024;

    private readonly Dictionary<Realm, IAuthenticator> _authenticators = [];

    /// <exception cref="FormatException">The options contradict each other, or a file of secrets cannot be used.</exception>
    public RealmGuard(SecurityOptions options, TimeProvider clock, Action<string>? warn = null)
    {
        var secrets = options.Known.ToDictionary(known => known.Principal, known => known.Secret, StringComparer.Ordinal);
        foreach (var (principal, secret) in options.Credentials is { } file ? CredentialsFile.Load(file, warn) : new Dictionary<string, string>())
        {
            secrets[principal] = secret;
        }
        var credentials = secrets.Count == 0 ? null : new Credentials(secrets);
        var key = options.JwtSecretKey is { } keyFile ? ReadKey(keyFile, warn) : null;
        Guard(Realm.ReadOnly, options.AuthenticateReadOnly, "authenticate_http_readonly", options.Authenticators);
        Guard(Realm.ReadWrite, options.AuthenticateReadWrite, "authenticate_http_readwrite", options.Authenticators);
        Guard(Realm.Frameworks, options.AuthenticateFrameworks, "authenticate_http_frameworks", options.FrameworkAuthenticators);
        Guard(Realm.Agents, options.AuthenticateAgents, "authenticate_agents", ["basic"]);

        void Guard(Realm realm, bool guarded, string flag, IReadOnlyList<string> names)
        {
            if (guarded)
            {
                var each = names.Select(name => Create(realm, name, flag, credentials, key, clock)).ToList();
                _authenticators[realm] = each.Count == 1 ? each[0] : new CombinedAuthenticator(each);
            }
        }
    }

    /// <summary>Notes on the request who sent it.</summary>
    /// <returns>False when it was refused; the answer is on its way.</returns>
    public async ValueTask<bool> AdmitAsync(HttpContext context, Realm realm)
    {
        if (!_authenticators.TryGetValue(realm, out var authenticator))
        {
            return true;
        }
        switch (authenticator.Authenticate(Headers.Joined(context.Request.Headers.Authorization)))
        {
            case AuthenticationResult.Authenticated { Principal: var principal } when principal.Value is not null || realm == Realm.ReadOnly:
                context.Set(principal);
                return true;
            case AuthenticationResult.Authenticated:
                await context.Response.WriteTextAsync(StatusCodes.Status403Forbidden, ClaimsOnly);
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

    private static IAuthenticator Create(Realm realm, string name, string flag, Credentials? credentials, byte[]? key, TimeProvider clock) => name switch
    {
        "basic" => new BasicAuthenticator(Realms.Name(realm), credentials
            ?? throw new FormatException($"--{flag} with the authenticator 'basic' needs --credentials")),
        "jwt" => new JwtAuthenticator(Realms.Name(realm), key
            ?? throw new FormatException($"--{flag} with the authenticator 'jwt' needs --jwt_secret_key"), clock),
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
