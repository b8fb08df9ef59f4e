using Offerbook.Client.Hosting.Standby;
using Offerbook.Wire.Http.Security;

namespace Offerbook.Apps.Hosting;

/// <summary>How the API is served, besides where.</summary>
public sealed record ApiOptions
{
    public static ApiOptions Default { get; } = new();

    /// <summary>Origins whose pages may read the API (CORS); <c>*</c> for all. None: no page of another origin may.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Whether answers are compressed for clients that take gzip.</summary>
    public bool Compresses { get; init; } = true;

    /// <summary>Requests handled at once, event streams not counted; the next one gets 503. Null: no limit.</summary>
    public int? MaxConcurrentRequests { get; init; }

    /// <summary>Who may do everything, with their passwords. None (and no viewers): everybody may.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>Who may read only, with their passwords.</summary>
    public IReadOnlyDictionary<string, string> Viewers { get; init; } = new Dictionary<string, string>();

    /// <summary>What each of them may do, and below which paths; null: users everything, viewers see everything.</summary>
    public Access.AccessRules? Rules { get; init; }

    /// <summary>Named to clients that must show who they are.</summary>
    public string Realm { get; init; } = "Mesosphere";

    /// <summary>Where people look at the cluster; told by /v2/info.</summary>
    public string? WebUiUrl { get; init; }

    /// <summary>What a standby's connection to the leader may take.</summary>
    public TimeSpan LeaderConnectTimeout { get; init; } = StandbyOptions.DefaultConnectTimeout;

    /// <summary>How long the leader may not move before a standby gives a request up.</summary>
    public TimeSpan LeaderReadTimeout { get; init; } = StandbyOptions.DefaultReadTimeout;

    internal bool IsOpen => Users.Count == 0 && Viewers.Count == 0;

    internal IAuthenticator Authenticator => new BasicAuthenticator(Realm, new Credentials(Users.Concat(Viewers)));
}
