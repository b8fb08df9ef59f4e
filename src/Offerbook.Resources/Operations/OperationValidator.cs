using Operation = Mesos.V1.Offer.Types.Operation;
using OperationType = Mesos.V1.Offer.Types.Operation.Types.Type;
using ResourceList = System.Collections.Generic.IReadOnlyList<Mesos.V1.Resource>;

namespace Offerbook.Resources;

/// <summary>
/// Whether an operation makes sense by itself; whether the resources are there to apply it to is another question. The texts are those of
/// the reference.
/// </summary>
public static class OperationValidator
{
    /// <summary>The checks that come first: the body is there and each resource in it is a resource.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? ValidateShape(Operation operation)
    {
        var (resources, missing) = ResourcesOf(operation);
        if (resources is null)
        {
            return missing;
        }

        var reading = ResourceReader.Read(resources);
        return reading.IsValid ? null : reading.Problems[0].ToString();
    }

    /// <summary>The checks of a well-shaped operation.</summary>
    public static string? Validate(Operation operation, OperationContext context) => operation.Type switch
    {
        OperationType.Reserve => ReserveRules.Check(operation.Reserve, context),
        OperationType.Unreserve => ReserveRules.Check(operation.Unreserve),
        OperationType.Create => VolumeRules.Check(operation.Create, context),
        OperationType.Destroy => VolumeRules.Check(operation.Destroy, context),
        OperationType.GrowVolume => ResizeRules.Check(operation.GrowVolume, context),
        OperationType.ShrinkVolume => ResizeRules.Check(operation.ShrinkVolume, context),
        OperationType.CreateDisk or OperationType.DestroyDisk =>
            "'source' is not managed by a resource provider; this master knows none, and plain disks are made into volumes by CREATE",
        _ => "Unknown offer operation",
    };

    private static (ResourceList? Resources, string? Missing) ResourcesOf(Operation operation) => operation.Type switch
    {
        OperationType.Reserve => operation.Reserve is { } reserve
            ? ([.. reserve.Resources, .. reserve.Source], null)
            : (null, "A RESERVE offer operation must have the Offer.Operation.reserve field set."),
        OperationType.Unreserve => operation.Unreserve is { } unreserve
            ? (unreserve.Resources, null)
            : (null, "An UNRESERVE offer operation must have the Offer.Operation.unreserve field set."),
        OperationType.Create => operation.Create is { } create
            ? (create.Volumes, null)
            : (null, "A CREATE offer operation must have the Offer.Operation.create field set."),
        OperationType.Destroy => operation.Destroy is { } destroy
            ? (destroy.Volumes, null)
            : (null, "A DESTROY offer operation must have the Offer.Operation.destroy field set."),
        OperationType.GrowVolume => operation.GrowVolume is { } grow
            ? ([grow.Volume, grow.Addition], null)
            : (null, "A GROW_VOLUME operation must have the Offer.Operation.grow_volume field set"),
        OperationType.ShrinkVolume => operation.ShrinkVolume is { } shrink
            ? ([shrink.Volume], null)
            : (null, "A SHRINK_VOLUME offer operation must have the Offer.Operation.shrink_volume field set"),
        OperationType.CreateDisk => operation.CreateDisk is { } createDisk
            ? ([createDisk.Source], null)
            : (null, "A CREATE_DISK offer operation must have the Offer.Operation.create_disk field set."),
        OperationType.DestroyDisk => operation.DestroyDisk is { } destroyDisk
            ? ([destroyDisk.Source], null)
            : (null, "A DESTROY_DISK offer operation must have the Offer.Operation.destroy_disk field set."),
        _ => (null, "Unknown offer operation"),
    };
}
