namespace Offerbook.Resources;

/// <summary>What has to be asked of a resource on every hot path, found out once. A bag's traits are the union of its entries'.</summary>
[Flags]
public enum ResourceTraits
{
    None = 0,

    /// <summary>Has a reservation.</summary>
    Reserved = 1,

    /// <summary>Has more than one reservation; only for frameworks with RESERVATION_REFINEMENT.</summary>
    Refined = 2,

    /// <summary>May be taken back at any time; only for frameworks with REVOCABLE_RESOURCES.</summary>
    Revocable = 4,

    /// <summary>A persistent volume that several tasks use at once; only for frameworks with SHARED_RESOURCES.</summary>
    Shared = 8,

    /// <summary>Taken whole or not at all, and never merged.</summary>
    Exclusive = 16,

    /// <summary>Carries allocation_info: is offered to or used in a role.</summary>
    Allocated = 32,
}
