namespace Offerbook.Wire.Http.Security;

/// <summary><c>Authorization: Bearer TOKEN</c>. All claims of the token become claims of the principal, which has no name.</summary>
/// <param name="clock">Expiry is judged by it.</param>
public sealed class JwtAuthenticator(string realm, byte[] key, TimeProvider clock) : IAuthenticator
{
    public string Scheme => "Bearer";

    public AuthenticationResult Authenticate(string? authorization)
    {
        if (authorization is null)
        {
            // Whoever sends nothing is told nothing (RFC 6750, 3.1).
            return new AuthenticationResult.Unauthorized($"Bearer realm=\"{realm}\"", "401 Unauthorized.");
        }
        var parts = authorization.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 2)
        {
            return Invalid("Malformed 'Authorization' header");
        }
        if (!parts[0].Equals(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return Invalid($"Scheme '{Printable(parts[0])}' unsupported");
        }
        return JsonWebToken.Read(parts[1], key, clock.GetUtcNow(), out var claims) is { } wrong
            ? Invalid("Invalid JWT: " + wrong)
            : new AuthenticationResult.Authenticated(new Principal(null, claims));
    }

    private AuthenticationResult.Unauthorized Invalid(string description) => new(
        $"Bearer realm=\"{realm}\", error=\"invalid_token\", error_description=\"{description}\"", description);

    /// <summary>What may stand in a header: the client's own text must not break out of it.</summary>
    private static string Printable(string text) =>
        string.Concat(text.Take(32).Where(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'));
}
