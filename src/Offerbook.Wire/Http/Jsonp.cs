using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace Offerbook.Wire.Http;

/// <summary><c>?jsonp=name</c>: an answer as a call of a JavaScript function, which pages of other origins load as a script.</summary>
public static class Jsonp
{
    public const string MediaType = "text/javascript";

    /// <summary>Far more than any library generates.</summary>
    private const int MaxNameLength = 128;

    public static HttpRefusal BadName { get; } = new(StatusCodes.Status400BadRequest,
        "The query parameter 'jsonp' must name a JavaScript function: at most 128 letters, digits and the characters _ $ . [ ]. "
        + "Correct it, or leave it out for JSON.");

    /// <summary>Names of functions and members: nothing that could be code of its own.</summary>
    public static bool IsName(string name) =>
        name.Length <= MaxNameLength && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' or '.' or '[' or ']');

    /// <summary>The name that the request asks for; empty when it asks for none.</summary>
    public static bool TryGetName(HttpRequest request, [NotNullWhen(true)] out string? name)
    {
        name = request.Query["jsonp"].ToString();
        return IsName(name);
    }
}
