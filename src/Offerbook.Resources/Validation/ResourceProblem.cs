namespace Offerbook.Resources;

/// <summary>In what way a resource is wrong. Each value is one rule.</summary>
public enum ResourceProblemKind
{
    /// <summary>The text or JSON cannot be read at all.</summary>
    Unreadable,

    /// <summary>The name is empty.</summary>
    EmptyName,

    /// <summary>The type is missing, unknown or TEXT, or the value that it announces is absent, or another one is there too.</summary>
    WrongValueKind,

    /// <summary>
    /// A scalar below 0, not a number, beyond <see cref="Scalar.Largest"/>, not 0 but too small to count, or a fraction of a gpu.
    /// </summary>
    BadScalar,

    /// <summary>A range that begins after its end, or ranges that overlap.</summary>
    BadRanges,

    /// <summary>A set with an item twice.</summary>
    BadSet,

    /// <summary>DiskInfo on something other than disk, or a source that contradicts its type.</summary>
    BadDisk,

    /// <summary>A role that cannot be one.</summary>
    BadRole,

    /// <summary>
    /// Reservations that contradict each other, <c>*</c> reserved, a static one on top, or a refinement that is not deeper.
    /// </summary>
    BadReservation,

    /// <summary>Revocable resources are neither reserved nor persistent.</summary>
    BadRevocable,

    /// <summary>Only persistent volumes are shared.</summary>
    BadShared,
}

/// <summary>One thing wrong with one resource.</summary>
/// <param name="Resource">Which one, as a person would recognise it.</param>
public sealed record ResourceProblem(ResourceProblemKind Kind, string Resource, string Reason)
{
    public override string ToString() => $"Resource '{Resource}' is invalid: {Reason}";
}

/// <summary>What was read: the resources that are right, and everything wrong with the others.</summary>
public sealed record BagReading(ResourceBag Bag, IReadOnlyList<ResourceProblem> Problems)
{
    public bool IsValid => Problems.Count == 0;
}
