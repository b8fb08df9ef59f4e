using Microsoft.AspNetCore.Http;
using Offerbook.Master.Hosting;

namespace Offerbook.Master.Http.Security;

/// <summary>Stands before every handler of a master: who may enter a realm, see <see cref="RequestGuard"/>.</summary>
internal sealed class RealmGuard
{
    private readonly RequestGuard _guard;

    /// <exception cref="FormatException">The options contradict each other, or a file of secrets cannot be used.</exception>
    public RealmGuard(SecurityOptions options, TimeProvider clock, Action<string>? warn = null)
    {
        var secrets = new GuardSecrets { Credentials = options.Credentials, Known = options.Known, JwtSecretKey = options.JwtSecretKey };
        _guard = new RequestGuard("master", Realms(options), secrets, clock, warn);
    }

    /// <summary>Notes on the request who sent it.</summary>
    /// <returns>False when it was refused; the answer is on its way.</returns>
    public ValueTask<bool> AdmitAsync(HttpContext context, Realm realm) => _guard.AdmitAsync(context, Security.Realms.Name(realm));

    private static IEnumerable<GuardedRealm> Realms(SecurityOptions options)
    {
        if (options.AuthenticateReadOnly)
        {
            yield return new GuardedRealm(Security.Realms.Name(Realm.ReadOnly), "authenticate_http_readonly",
                options.Authenticators) { AdmitsClaims = true };
        }
        if (options.AuthenticateReadWrite)
        {
            yield return new GuardedRealm(Security.Realms.Name(Realm.ReadWrite), "authenticate_http_readwrite", options.Authenticators);
        }
        if (options.AuthenticateFrameworks)
        {
            yield return new GuardedRealm(Security.Realms.Name(Realm.Frameworks), "authenticate_http_frameworks",
                options.FrameworkAuthenticators);
        }
        if (options.AuthenticateAgents)
        {
            yield return new GuardedRealm(Security.Realms.Name(Realm.Agents), "authenticate_agents", ["basic"]);
        }
    }
}
