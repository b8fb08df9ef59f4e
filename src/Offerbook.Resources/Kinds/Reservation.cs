namespace Offerbook.Resources;

public enum ReservationType
{
    /// <summary>Made by the agent's own configuration; only at the bottom of a stack, and not undone while the agent runs.</summary>
    Static,

    /// <summary>Made and undone by operations.</summary>
    Dynamic,
}

/// <summary>Keeps a resource for a role and the roles below it.</summary>
/// <param name="Principal">Who reserved, if known.</param>
public sealed record Reservation(ReservationType Type, string Role, string? Principal = null, LabelSet? Labels = null)
{
    /// <summary><c>(DYNAMIC,role,principal,{key: value})</c></summary>
    public override string ToString() =>
        "(" + (Type == ReservationType.Static ? "STATIC" : "DYNAMIC") + "," + Role
        + (Principal is null ? "" : "," + Principal)
        + (Labels is null ? "" : "," + Labels) + ")";
}

/// <summary>
/// The reservations of a resource, bottom first; each one refines that below it to a role strictly deeper. Empty: unreserved.
/// </summary>
public sealed class ReservationStack : IEquatable<ReservationStack>
{
    public static readonly ReservationStack Empty = new();

    private readonly Reservation[] _stack;

    public ReservationStack(params ReadOnlySpan<Reservation> stack) => _stack = stack.ToArray();

    public ReadOnlySpan<Reservation> Items => _stack;

    public int Count => _stack.Length;

    public bool IsEmpty => _stack.Length == 0;

    /// <summary>The newest reservation, which says whose the resource is; null when unreserved.</summary>
    public Reservation? Top => _stack.Length == 0 ? null : _stack[^1];

    public bool Equals(ReservationStack? other) => other is not null && Items.SequenceEqual(other.Items);

    public override bool Equals(object? obj) => Equals(obj as ReservationStack);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var reservation in _stack)
        {
            hash.Add(reservation);
        }

        return hash.ToHashCode();
    }

    /// <summary><c>[(STATIC,role),(DYNAMIC,role/sub)]</c></summary>
    public override string ToString() => "[" + string.Join<Reservation>(",", _stack) + "]";
}
