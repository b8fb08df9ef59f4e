using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>
/// What a top-level role, the roles below it included, is sure to get, and what it gets at most. Counted are scalars: all that is
/// reserved to it, whether used or not, and what else it uses or is offered, without revocable resources.
/// </summary>
/// <param name="Guarantees">Kept free for it from others as long as it does not have as much.</param>
/// <param name="Limits">No offer takes it beyond them. What it holds already is never taken away.</param>
public sealed record RoleQuota(ResourceQuantities Guarantees, QuantityLimits Limits)
{
    /// <summary>Of a role for which nothing was set.</summary>
    public static readonly RoleQuota Default = new(ResourceQuantities.Empty, QuantityLimits.None);

    public bool IsDefault => Guarantees.IsEmpty && Limits.IsEmpty;
}
