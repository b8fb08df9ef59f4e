using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;
using Offerbook.Resources;

namespace Offerbook.Apps.Volumes;

/// <summary>The disk that one volume is to be made of.</summary>
/// <param name="Disk">Unreserved, of exactly the size that the volume will have.</param>
internal readonly record struct ChosenDisk(VolumeClaim Claim, ResourceEntry Disk);

/// <summary>
/// Finds a disk for every volume: root volumes come out of the agent's plain disk; a path volume takes a part of the disk with the
/// most room; a mount volume takes the smallest whole disk between its size and its maximum. A disk with a profile serves only
/// volumes that name it. Volumes are served in the order of the definition.
/// </summary>
internal static class DiskChoice
{
    /// <returns>Null when some volume finds none; then <paramref name="refusal"/> says which.</returns>
    public static List<ChosenDisk>? Choose(ResourceBag bag, IEnumerable<VolumeClaim> claims, out Refusal? refusal)
    {
        var (chosen, rest) = (new List<ChosenDisk>(), bag);
        foreach (var claim in claims)
        {
            if (Find(rest, claim) is not { } disk)
            {
                var type = claim.Info.EffectiveType.ToString().ToLowerInvariant();
                var offered = rest.Where(entry => entry.Name == "disk" && !entry.Kind.IsPersistentVolume).Select(entry => entry.ToString())
                    .DefaultIfEmpty("none");
                refusal = new Refusal(RefusalReason.InsufficientDisk, $"{type} disk for volume {claim.Name}", $"{claim.Info.Size}",
                    string.Join(", ", offered));
                return null;
            }
            chosen.Add(new ChosenDisk(claim, disk));
            rest -= ResourceBag.Of(disk);
        }
        refusal = null;
        return chosen;
    }

    private static ResourceEntry? Find(ResourceBag bag, VolumeClaim claim)
    {
        var size = Quantity.Of(claim.Info.Size).Milli;
        var free = bag.Where(entry => entry.Name == "disk"
            && entry.Kind is { IsReserved: false, IsPersistentVolume: false, IsRevocable: false, IsShared: false })
            .Where(entry => entry.Value.Scalar.Milli >= size).ToList();
        switch (claim.Info.EffectiveType)
        {
            case DiskType.Root:
                return free.Where(entry => entry.Kind.Disk?.Source is null)
                    .Select(entry => (ResourceEntry?)(entry with { Value = new Scalar(size) })).FirstOrDefault();
            case DiskType.Path:
                return free.Where(entry => Suits(entry, DiskSourceType.Path, claim)).OrderByDescending(entry => entry.Value.Scalar.Milli)
                    .Select(entry => (ResourceEntry?)(entry with { Value = new Scalar(size) })).FirstOrDefault();
            default:
                var most = claim.Info.MaxSize is { } max ? Quantity.Of(max).Milli : long.MaxValue;
                return free.Where(entry => Suits(entry, DiskSourceType.Mount, claim) && entry.Value.Scalar.Milli <= most)
                    .OrderBy(entry => entry.Value.Scalar.Milli).Select(entry => (ResourceEntry?)entry).FirstOrDefault();
        }
    }

    private static bool Suits(ResourceEntry entry, DiskSourceType type, VolumeClaim claim) =>
        entry.Kind.Disk?.Source is { } source && source.Type == type && source.Profile == claim.Info.ProfileName
        && claim.Info.Constraints.All(constraint => Suits(source.Root ?? "", constraint));

    private static bool Suits(string root, Constraint constraint) => ValuePattern.TryCompile(constraint.Value ?? "", out var pattern)
        && ValuePattern.IsMatch(pattern, root) == (constraint.Operator == ConstraintOperator.Like);
}
