using Mesos.V1;
using Offerbook.Master.Frameworks;
using Offerbook.Resources;

namespace Offerbook.Master.Operations;

/// <summary>Operations and their statuses between the forms in which frameworks write and read them and those of the core.</summary>
internal static class OperationForms
{
    /// <summary>A copy in which every resource says its role: that of the offers where the framework said none.</summary>
    public static Operation Complete(Operation operation, string role)
    {
        var complete = operation.Clone();
        foreach (var resource in ResourcesOf(complete))
        {
            resource.AllocationInfo ??= new Resource.Types.AllocationInfo();
            if (!resource.AllocationInfo.HasRole)
            {
                resource.AllocationInfo.Role = role;
            }
        }
        return complete;
    }

    /// <summary>A status as its framework can read it.</summary>
    public static OperationStatus ForFramework(Framework framework, OperationStatus status)
    {
        if (status.ConvertedResources.Count == 0)
        {
            return status;
        }
        var readable = status.Clone();
        readable.ConvertedResources.Clear();
        readable.ConvertedResources.Add(Offers.ResourceForms.ForFramework(framework, ResourceReader.Read(status.ConvertedResources).Bag));
        return readable;
    }

    private static IEnumerable<Resource> ResourcesOf(Operation operation) => operation.Type switch
    {
        OperationType.Reserve => operation.Reserve.Resources.Concat(operation.Reserve.Source),
        OperationType.Unreserve => operation.Unreserve.Resources,
        OperationType.Create => operation.Create.Volumes,
        OperationType.Destroy => operation.Destroy.Volumes,
        OperationType.GrowVolume => [operation.GrowVolume.Volume, operation.GrowVolume.Addition],
        OperationType.ShrinkVolume => [operation.ShrinkVolume.Volume],
        _ => [],
    };
}
