using Mesos.V1;
using Offerbook.Master.Allocation;

namespace Offerbook.Master.Weights;

/// <summary>Weights as the allocator keeps them.</summary>
internal static class AllocatorWeights
{
    public static void Set(Allocator allocator, IEnumerable<WeightInfo> weights)
    {
        _ = allocator;
        _ = weights;
    }
}
