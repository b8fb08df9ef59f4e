using Mesos.V1.Quota;
using Offerbook.Master.Allocation;

namespace Offerbook.Master.Quotas;

/// <summary>Quotas as the allocator keeps them.</summary>
internal static class AllocatorQuotas
{
    public static void Set(Allocator allocator, QuotaConfig config)
    {
        _ = Quota.Of(config);
        _ = allocator;
    }
}
