using Microsoft.AspNetCore.Http;

namespace Offerbook.Wire.Http.Security;

/// <summary>Who sent a request, as far as that was proved.</summary>
/// <param name="Value">The name; null when the proof holds claims only, as a token does.</param>
public sealed record Principal(string? Value, IReadOnlyDictionary<string, string> Claims)
{
    public static Principal Named(string value) => new(value, new Dictionary<string, string>());
}

public static class Principals
{
    /// <summary>Notes on the request who sent it. Done once, before any handler.</summary>
    public static void Set(this HttpContext context, Principal principal) => context.Features.Set(principal);

    /// <summary>The name of who sent the request; null while authentication is off for its realm.</summary>
    public static string? PrincipalName(this HttpContext context) => context.Features.Get<Principal>()?.Value;
}
