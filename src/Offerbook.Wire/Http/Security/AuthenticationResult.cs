namespace Offerbook.Wire.Http.Security;

/// <summary>What an authenticator makes of a request.</summary>
public abstract record AuthenticationResult
{
    private AuthenticationResult()
    {
    }

    public sealed record Authenticated(Principal Principal) : AuthenticationResult;

    /// <summary>Who it is was not shown, or shown wrongly: 401.</summary>
    /// <param name="Challenge">A value of WWW-Authenticate.</param>
    public sealed record Unauthorized(string Challenge, string Body) : AuthenticationResult;

    /// <summary>Who it is does not matter, or is unwelcome: 403.</summary>
    public sealed record Forbidden(string Body) : AuthenticationResult;
}
