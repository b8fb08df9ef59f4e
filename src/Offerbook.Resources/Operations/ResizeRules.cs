using Mesos.V1;
using Operation = Mesos.V1.Offer.Types.Operation;

namespace Offerbook.Resources;

/// <summary>GROW_VOLUME and SHRINK_VOLUME.</summary>
internal static class ResizeRules
{
    public static string? Check(Operation.Types.GrowVolume grow, OperationContext context)
    {
        if (Read(grow.Volume, "GrowVolume.volume", out var volume) is { } badVolume)
        {
            return badVolume;
        }

        if (Read(grow.Addition, "GrowVolume.addition", out var addition) is { } badAddition)
        {
            return badAddition;
        }

        if (addition is not { Value.IsScalar: true } more || more.Value.Scalar <= Scalar.Zero)
        {
            return "The size of 'GrowVolume.addition' field must be greater than zero";
        }

        if (CheckTarget(volume, "Growing", "Grow", out var target) is { } problem)
        {
            return problem;
        }

        var stripped = target with { Kind = target.Kind.WithoutVolume() };
        if (ResourceBag.Of(stripped, more).Count != 1)
        {
            return "Incompatible resources in the 'GrowVolume.volume' and 'GrowVolume.addition' fields";
        }

        return CanResize(context) ? null : $"Volume {target} cannot be grown on an agent without RESIZE_VOLUME capability";
    }

    public static string? Check(Operation.Types.ShrinkVolume shrink, OperationContext context)
    {
        if (Read(shrink.Volume, "ShrinkVolume.volume", out var volume) is { } badVolume)
        {
            return badVolume;
        }

        if (!Scalar.TryFromUnits(shrink.Subtract.Value, out var subtract) || subtract <= Scalar.Zero)
        {
            return "Value of 'ShrinkVolume.subtract' must be greater than zero";
        }

        if (volume is not { Value.IsScalar: true } size || size.Value.Scalar <= subtract)
        {
            return "Value of 'ShrinkVolume.subtract' must be smaller than the size of 'ShrinkVolume.volume'";
        }

        if (size.Kind.Disk?.Source is { Type: DiskSourceType.Mount })
        {
            return "Shrinking a volume on a MOUNT disk is not supported";
        }

        return CheckTarget(volume, "Shrinking", "Shrink", out var target)
            ?? (CanResize(context) ? null : $"Volume {target} cannot be shrunk on an agent without RESIZE_VOLUME capability");
    }

    private static string? Read(Resource resource, string field, out ResourceEntry? entry)
    {
        var reading = ResourceReader.Read([resource]);
        entry = reading.Bag.Count == 1 ? reading.Bag[0] : null;
        return reading.IsValid ? null : $"Invalid resource in the '{field}' field: {reading.Problems[0]}";
    }

    private static string? CheckTarget(ResourceEntry? volume, string doing, string field, out ResourceEntry target)
    {
        target = volume ?? default;
        if (volume is null)
        {
            return $"Invalid persistent volume in the '{field}Volume.volume' field: it is empty";
        }

        if (target.Kind.ProviderId is not null)
        {
            return $"{doing} a volume from a resource provider is not supported";
        }

        if (VolumeRules.CheckVolume(target) is { } problem)
        {
            return $"Invalid persistent volume in the '{field}Volume.volume' field: {problem}";
        }

        return target.Kind.IsShared ? $"{doing} a shared persistent volume is not supported" : null;
    }

    private static bool CanResize(OperationContext context) => (context.Agent & OperationAbilities.ResizeVolume) != 0;
}
