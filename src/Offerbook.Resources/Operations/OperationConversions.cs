using Mesos.V1;
using Operation = Mesos.V1.Offer.Types.Operation;
using OperationType = Mesos.V1.Offer.Types.Operation.Types.Type;

namespace Offerbook.Resources;

/// <summary>The steps of an operation; empty with a problem when it has none.</summary>
public sealed record OperationSteps(IReadOnlyList<ResourceConversion> Steps, string? Problem);

/// <summary>What an operation consumes and produces. Expects one that <see cref="OperationValidator"/> has nothing against.</summary>
public static class OperationConversions
{
    public static OperationSteps Of(Operation operation) => operation.Type switch
    {
        OperationType.Reserve => Steps([Reserve(operation.Reserve)]),
        OperationType.Unreserve => Steps(Entries(operation.Unreserve.Resources).Select(entry =>
            new ResourceConversion(ResourceBag.Of(entry), ResourceBag.Of(entry with { Kind = entry.Kind.WithoutTopReservation() })))),
        OperationType.Create => Steps(Entries(operation.Create.Volumes).Select(volume =>
            new ResourceConversion(ResourceBag.Of(Disk(volume)), ResourceBag.Of(volume)))),
        OperationType.Destroy => Steps(Entries(operation.Destroy.Volumes).Select(volume =>
            new ResourceConversion(ResourceBag.Of(volume), ResourceBag.Of(Disk(volume)), volume))),
        OperationType.GrowVolume => Steps(Grow(operation.GrowVolume)),
        OperationType.ShrinkVolume => Steps(Shrink(operation.ShrinkVolume)),
        OperationType.Unknown => new OperationSteps([], "Unknown operation"),
        _ => new OperationSteps([], "Operation not supported"),
    };

    /// <summary>The volumes that an operation makes or unmakes; empty for the others.</summary>
    public static IReadOnlyList<ResourceEntry> VolumesOf(Operation operation) => operation.Type switch
    {
        OperationType.Create => [.. Entries(operation.Create.Volumes)],
        OperationType.Destroy => [.. Entries(operation.Destroy.Volumes)],
        _ => [],
    };

    /// <summary>One entry a message, so that what the message says twice stays twice.</summary>
    internal static IEnumerable<ResourceEntry> Entries(IEnumerable<Resource> resources) =>
        resources.SelectMany(resource => ResourceReader.Read([resource]).Bag);

    private static OperationSteps Steps(IEnumerable<ResourceConversion> steps) => new([.. steps], null);

    private static ResourceConversion Reserve(Operation.Types.Reserve reserve)
    {
        var reserved = ResourceReader.Read(reserve.Resources).Bag;
        var consumed = reserve.Source.Count > 0
            ? ResourceReader.Read(reserve.Source).Bag
            : ResourceBag.Of([.. reserved.Select(entry => entry with { Kind = entry.Kind.WithoutTopReservation() })]);
        return new ResourceConversion(consumed, reserved);
    }

    private static ResourceEntry Disk(ResourceEntry volume) => volume with { Kind = volume.Kind.WithoutVolume(), Count = 1 };

    private static IEnumerable<ResourceConversion> Grow(Operation.Types.GrowVolume grow)
    {
        foreach (var volume in Entries([grow.Volume]))
        {
            var addition = ResourceReader.Read([grow.Addition]).Bag;
            yield return new ResourceConversion(
                ResourceBag.Of(volume) + addition, ResourceBag.Of(volume with { Value = volume.Value.Scalar + addition.ScalarOf("disk") }));
        }
    }

    private static IEnumerable<ResourceConversion> Shrink(Operation.Types.ShrinkVolume shrink)
    {
        foreach (var volume in Entries([shrink.Volume]))
        {
            var subtract = Scalar.TryFromUnits(shrink.Subtract.Value, out var amount) ? amount : Scalar.Zero;
            yield return new ResourceConversion(
                ResourceBag.Of(volume),
                ResourceBag.Of(volume with { Value = volume.Value.Scalar - subtract }, Disk(volume) with { Value = subtract }));
        }
    }
}
