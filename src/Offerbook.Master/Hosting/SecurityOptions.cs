using Offerbook.Wire.Http;

namespace Offerbook.Master.Hosting;

/// <summary>Who must show who they are, and how. By default nobody must.</summary>
public sealed record SecurityOptions
{
    public static SecurityOptions None { get; } = new();

    /// <summary>Nobody but this one, everywhere.</summary>
    public static SecurityOptions Only(Credential credential) => new()
    {
        AuthenticateReadOnly = true, AuthenticateReadWrite = true, AuthenticateFrameworks = true, AuthenticateAgents = true,
        Known = [credential],
    };

    /// <summary>The endpoints that only show, the metrics among them.</summary>
    public bool AuthenticateReadOnly { get; init; }

    /// <summary>The endpoints that change something, and the operator API whole.</summary>
    public bool AuthenticateReadWrite { get; init; }

    /// <summary>The scheduler API.</summary>
    public bool AuthenticateFrameworks { get; init; }

    /// <summary>What agents call.</summary>
    public bool AuthenticateAgents { get; init; }

    /// <summary>A file of principals and secrets; needed by the authenticator <c>basic</c>.</summary>
    public string? Credentials { get; init; }

    /// <summary>Principals beside those of the file.</summary>
    public IReadOnlyList<Credential> Known { get; init; } = [];

    /// <summary>A file whose bytes are the key of tokens; needed by the authenticator <c>jwt</c>.</summary>
    public string? JwtSecretKey { get; init; }

    /// <summary><c>basic</c> or <c>jwt</c>, tried in this order, for the read-only and the read-write realm.</summary>
    public IReadOnlyList<string> Authenticators { get; init; } = ["basic"];

    /// <summary>The same for the scheduler API.</summary>
    public IReadOnlyList<string> FrameworkAuthenticators { get; init; } = ["basic"];
}
