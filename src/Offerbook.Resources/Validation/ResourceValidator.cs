using MesosResource = Mesos.V1.Resource;
using ValueKind = Mesos.V1.Value.Types.Type;

namespace Offerbook.Resources;

/// <summary>The rules for a single resource off the wire. Finds all that is wrong with it, not just the first thing.</summary>
public static class ResourceValidator
{
    public static IReadOnlyList<ResourceProblem> Validate(MesosResource resource)
    {
        var problems = new ProblemList(resource);
        if (resource.Name.Length == 0)
        {
            problems.Add(ResourceProblemKind.EmptyName, "Empty resource name");
        }

        ValidateValue(resource, problems);
        DiskValidation.Validate(resource, problems);
        ReservationValidation.Validate(resource, problems);
        if (resource.AllocationInfo is { HasRole: true } allocation && RoleName.Problem(allocation.Role) is { } badRole)
        {
            problems.Add(ResourceProblemKind.BadRole, badRole);
        }

        if (resource.Shared is not null && resource.Disk?.Persistence is null)
        {
            problems.Add(ResourceProblemKind.BadShared, "Only persistent volumes can be shared");
        }

        return problems.Found;
    }

    private static void ValidateValue(MesosResource resource, ProblemList problems)
    {
        switch (resource.HasType ? resource.Type : ValueKind.Text)
        {
            case ValueKind.Scalar when resource is { Scalar: not null, Ranges: null, Set: null }:
                ValidateScalar(resource.Name, resource.Scalar.Value, problems);
                break;
            case ValueKind.Ranges when resource is { Ranges: not null, Scalar: null, Set: null }:
                ValidateRanges(resource, problems);
                break;
            case ValueKind.Set when resource is { Set: not null, Scalar: null, Ranges: null }:
                if (ItemSet.Of([.. resource.Set.Item]).Items.Length < resource.Set.Item.Count)
                {
                    problems.Add(ResourceProblemKind.BadSet, "Invalid set resource: duplicated elements");
                }

                break;
            case ValueKind.Scalar:
                problems.Add(ResourceProblemKind.WrongValueKind, "Invalid scalar resource: exactly 'scalar' must be set for type SCALAR");
                break;
            case ValueKind.Ranges:
                problems.Add(ResourceProblemKind.WrongValueKind, "Invalid ranges resource: exactly 'ranges' must be set for type RANGES");
                break;
            case ValueKind.Set:
                problems.Add(ResourceProblemKind.WrongValueKind, "Invalid set resource: exactly 'set' must be set for type SET");
                break;
            default:
                problems.Add(ResourceProblemKind.WrongValueKind, "Unsupported resource type: must be SCALAR, RANGES or SET");
                break;
        }
    }

    private static void ValidateScalar(string name, double value, ProblemList problems)
    {
        if (value < 0)
        {
            problems.Add(ResourceProblemKind.BadScalar, "Invalid scalar resource: value < 0");
        }
        else if (!Scalar.TryFromUnits(value, out var scalar))
        {
            problems.Add(ResourceProblemKind.BadScalar, "Invalid scalar resource: value must be a number up to " + Scalar.Largest);
        }
        else if (scalar.IsZero && value != 0)
        {
            problems.Add(ResourceProblemKind.BadScalar,
                "Invalid scalar resource: value is not zero but under 0.0005, which counts as nothing");
        }
        else if (name == "gpus" && scalar.Milli % 1000 != 0)
        {
            problems.Add(ResourceProblemKind.BadScalar, "The 'gpus' resource must be an unsigned integer");
        }
    }

    private static void ValidateRanges(MesosResource resource, ProblemList problems)
    {
        var sorted = new List<ValueRange>(resource.Ranges.Range.Count);
        foreach (var range in resource.Ranges.Range)
        {
            if (range.Begin > range.End)
            {
                problems.Add(ResourceProblemKind.BadRanges, $"Invalid ranges resource: begin > end in {range.Begin}-{range.End}");
                return;
            }

            sorted.Add(new ValueRange(range.Begin, range.End));
        }

        sorted.Sort(static (a, b) => a.Begin.CompareTo(b.Begin));
        for (var i = 1; i < sorted.Count; i++)
        {
            if (sorted[i].Begin <= sorted[i - 1].End)
            {
                problems.Add(ResourceProblemKind.BadRanges, $"Invalid ranges resource: overlapping ranges {sorted[i - 1]} and {sorted[i]}");
                return;
            }
        }
    }
}
