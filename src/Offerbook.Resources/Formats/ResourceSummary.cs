namespace Offerbook.Resources;

/// <summary>One member of a summary object: a number, or text for ranges and sets.</summary>
/// <param name="Text"><c>[31000-32000]</c> or <c>{a, b}</c>; null when the value is <paramref name="Amount"/>.</param>
public readonly record struct ResourceSummaryItem(string Name, Scalar Amount, string? Text);

/// <summary>
/// The short form of the read endpoints, summed over roles and reservations: <c>disk, mem, gpus, cpus</c> always and in this
/// order, then whatever else there is in order of appearance; revocable resources under <c>NAME_revocable</c>.
/// </summary>
public static class ResourceSummary
{
    private static readonly string[] Always = ["disk", "mem", "gpus", "cpus"];

    public static IReadOnlyList<ResourceSummaryItem> Of(ResourceBag bag)
    {
        var names = new List<string>(Always);
        var sums = new List<ResourceValue>(names.Count);
        foreach (var _ in names)
        {
            sums.Add(Scalar.Zero);
        }

        foreach (var entry in bag)
        {
            var name = entry.Kind.IsRevocable ? entry.Name + "_revocable" : entry.Name;
            var at = names.IndexOf(name);
            if (at < 0)
            {
                names.Add(name);
                sums.Add(entry.Value);
            }
            else if (sums[at].Type == entry.Value.Type)
            {
                sums[at] += entry.Value;
            }
        }

        var items = new ResourceSummaryItem[names.Count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = new ResourceSummaryItem(names[i], sums[i].Scalar, sums[i].IsScalar ? null : sums[i].ToString());
        }

        return items;
    }
}
