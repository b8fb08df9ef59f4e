using Offerbook.Master.Allocation;
using Offerbook.Resources;

namespace Offerbook.Master.Frameworks;

/// <summary>How the allocator sees frameworks.</summary>
internal static class AllocatorFrameworks
{
    public static AllocatorFramework Describe(Framework framework)
    {
        var capabilities = FrameworkCapabilities.None;
        foreach (var (capability, flag) in Flags)
        {
            capabilities |= framework.Has(capability) ? flag : FrameworkCapabilities.None;
        }
        return new AllocatorFramework(framework.Roles, framework.SuppressedRoles.ToList(), capabilities) 
        {
            MinAllocatable = MinAllocatable(framework),
            Constraints = framework.Constraints.Roles,
        };
    }

    private static readonly (FrameworkCapability, FrameworkCapabilities)[] Flags =
    [
        (FrameworkCapability.RevocableResources, FrameworkCapabilities.RevocableResources),
        (FrameworkCapability.GpuResources, FrameworkCapabilities.GpuResources),
        (FrameworkCapability.SharedResources, FrameworkCapabilities.SharedResources),
        (FrameworkCapability.MultiRole, FrameworkCapabilities.MultiRole),
        (FrameworkCapability.ReservationRefinement, FrameworkCapabilities.ReservationRefinement),
        (FrameworkCapability.RegionAware, FrameworkCapabilities.RegionAware),
    ];

    private static SortedDictionary<string, IReadOnlyList<ResourceQuantities>> MinAllocatable(Framework framework)
    {
        var byRole = new SortedDictionary<string, IReadOnlyList<ResourceQuantities>>(StringComparer.Ordinal);
        foreach (var role in framework.Info.OfferFilters.Keys.Order(StringComparer.Ordinal))
        {
            if (framework.Info.OfferFilters[role].MinAllocatableResources is { } least)
            {
                byRole[role] = least.Quantities.Select(Read).ToList();
            }
        }
        return byRole;
    }

    private static ResourceQuantities Read(Mesos.V1.OfferFilters.Types.ResourceQuantities quantities) =>
        ResourceQuantities.Of([.. quantities.Quantities.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => (entry.Key, entry.Value.Value))]);
}
