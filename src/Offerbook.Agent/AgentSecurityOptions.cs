using Offerbook.Wire.Http;

namespace Offerbook.Agent;

/// <summary>Who must show who they are to the agent, and how. By default nobody must.</summary>
public sealed record AgentSecurityOptions
{
    public static AgentSecurityOptions None { get; } = new();

    /// <summary>The endpoints that only show, the metrics and the files among them.</summary>
    public bool AuthenticateReadOnly { get; init; }

    /// <summary>The operator API whole, and what changes the agent's log.</summary>
    public bool AuthenticateReadWrite { get; init; }

    /// <summary>A file of principals and secrets; needed by the authenticator <c>basic</c>.</summary>
    public string? Credentials { get; init; }

    /// <summary>Principals beside those of the file.</summary>
    public IReadOnlyList<Credential> Known { get; init; } = [];

    /// <summary>A file whose bytes are the key of tokens; needed by the authenticator <c>jwt</c>.</summary>
    public string? JwtSecretKey { get; init; }

    /// <summary><c>basic</c> or <c>jwt</c>, tried in this order.</summary>
    public IReadOnlyList<string> Authenticators { get; init; } = ["basic"];
}
