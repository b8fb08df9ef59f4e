namespace Offerbook.Resources;

/// <summary>The three ways in which a resource's reservations are said on the wire. All three are read alike.</summary>
public enum ResourceFormat
{
    /// <summary>
    /// <c>role</c> and an optional <c>reservation</c>, for frameworks without RESERVATION_REFINEMENT. It cannot say refined
    /// reservations, which such frameworks are never offered; should one be written all the same, it stays post-refinement.
    /// </summary>
    PreRefinement,

    /// <summary>The <c>reservations</c> stack only, for frameworks with RESERVATION_REFINEMENT.</summary>
    PostRefinement,

    /// <summary>The stack and, when it holds no more than one, the old fields too: for operator and read endpoints.</summary>
    Endpoint,
}
