using System.Diagnostics.CodeAnalysis;

namespace Offerbook.Client.Operating;

/// <summary>What a master answered to a tool, or why there is no answer.</summary>
/// <param name="Status">The HTTP status; null when no answer came.</param>
/// <param name="Reason">What went wrong, for people; null exactly when there is a <paramref name="Value"/>.</param>
public sealed record OperatorAnswer<T>(T? Value, int? Status, string? Reason) where T : class
{
    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out string? reason)
    {
        value = Value;
        reason = Value is null ? Reason ?? "no reason was given" : null;
        return value is not null;
    }
}
