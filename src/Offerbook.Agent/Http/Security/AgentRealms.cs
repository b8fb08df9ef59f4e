using Offerbook.Wire.Http.Security;

namespace Offerbook.Agent.Http.Security;

/// <summary>Which endpoints ask for which proof; the names are the original's.</summary>
internal static class AgentRealms
{
    public const string ReadOnly = "mesos-agent-readonly";
    public const string ReadWrite = "mesos-agent-readwrite";

    /// <summary>What executors say is guarded by its own endpoint, which knows them.</summary>
    public const string Executors = "mesos-agent-executor";

    private const string Open = "";

    private static readonly Dictionary<string, string> ByRoute = new(StringComparer.Ordinal)
    {
        ["/health"] = Open,
        ["/version"] = Open,
        ["/help"] = Open,
        ["/api/v1"] = ReadWrite,
        ["/api/v1/executor"] = Executors,
        ["/logging/toggle"] = ReadWrite,
    };

    /// <summary>The realm of a path that has a handler; most only show.</summary>
    public static string Of(string route) => ByRoute.GetValueOrDefault(route, ReadOnly);

    /// <exception cref="FormatException">The options contradict each other, or a file of secrets cannot be used.</exception>
    public static RequestGuard Guard(AgentSecurityOptions options, TimeProvider clock, Action<string>? warn)
    {
        var realms = new List<GuardedRealm>();
        if (options.AuthenticateReadOnly)
        {
            realms.Add(new GuardedRealm(ReadOnly, "authenticate_http_readonly", options.Authenticators) { AdmitsClaims = true });
        }
        if (options.AuthenticateReadWrite)
        {
            realms.Add(new GuardedRealm(ReadWrite, "authenticate_http_readwrite", options.Authenticators));
        }
        var secrets = new GuardSecrets
        {
            Credentials = options.Credentials, CredentialsFlag = "http_credentials", Known = options.Known,
            JwtSecretKey = options.JwtSecretKey,
        };
        return new RequestGuard("agent", realms, secrets, clock, warn);
    }
}
