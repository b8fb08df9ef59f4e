using Microsoft.Extensions.Primitives;

namespace Offerbook.Master.Http;

internal static class Headers
{
    /// <summary>All values of a header as one, or null when it is absent.</summary>
    public static string? Joined(StringValues values) => values.Count == 0 ? null : values.ToString();
}
