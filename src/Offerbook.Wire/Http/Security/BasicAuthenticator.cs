using System.Text;

namespace Offerbook.Wire.Http.Security;

/// <summary><c>Authorization: Basic base64(principal:secret)</c>.</summary>
public sealed class BasicAuthenticator(string realm, Credentials credentials) : IAuthenticator
{
    private const string Prefix = "Basic ";

    private readonly AuthenticationResult _challenge =
        new AuthenticationResult.Unauthorized($"Basic realm=\"{realm}\"", "401 Unauthorized.");

    public string Scheme => "Basic";

    public AuthenticationResult Authenticate(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return _challenge;
        }
        var encoded = authorization.AsSpan(Prefix.Length).Trim();
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64Chars(encoded, bytes, out var length))
        {
            return _challenge;
        }
        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = pair.IndexOf(':');
        return colon >= 0 && credentials.Verify(pair[..colon], pair[(colon + 1)..])
            ? new AuthenticationResult.Authenticated(Principal.Named(pair[..colon]))
            : _challenge;
    }
}
