namespace Offerbook.Wire.Http.Security;

/// <summary>
/// Several authenticators for one realm, tried in order; the first that knows who it is decides. When none does, a challenge of any
/// is answered with the challenges of all (401), else with what they forbade (403).
/// </summary>
public sealed class CombinedAuthenticator(IReadOnlyList<IAuthenticator> authenticators) : IAuthenticator
{
    public string Scheme => string.Join(' ', authenticators.Select(authenticator => authenticator.Scheme));

    public AuthenticationResult Authenticate(string? authorization)
    {
        var challenges = new List<string>();
        var unauthorized = new List<string>();
        var forbidden = new List<string>();
        foreach (var authenticator in authenticators)
        {
            switch (authenticator.Authenticate(authorization))
            {
                case AuthenticationResult.Authenticated authenticated:
                    return authenticated;
                case AuthenticationResult.Unauthorized no:
                    challenges.Add(no.Challenge);
                    unauthorized.Add(Said(authenticator, no.Body));
                    break;
                case AuthenticationResult.Forbidden no:
                    forbidden.Add(Said(authenticator, no.Body));
                    break;
            }
        }
        return challenges.Count > 0
            ? new AuthenticationResult.Unauthorized(string.Join(',', challenges), string.Join("\n\n", unauthorized))
            : new AuthenticationResult.Forbidden(string.Join("\n\n", forbidden));
    }

    private static string Said(IAuthenticator authenticator, string body) => $"\"{authenticator.Scheme}\" authenticator returned:\n{body}";
}
