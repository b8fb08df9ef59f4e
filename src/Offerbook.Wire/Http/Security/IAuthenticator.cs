namespace Offerbook.Wire.Http.Security;

/// <summary>Judges the Authorization header for one realm. Safe to use from several threads; never throws on bad input.</summary>
public interface IAuthenticator
{
    /// <summary>As the texts for several authenticators name it: <c>Basic</c>, <c>Bearer</c>.</summary>
    string Scheme { get; }

    /// <param name="authorization">The header's value; null when it is absent.</param>
    AuthenticationResult Authenticate(string? authorization);
}
