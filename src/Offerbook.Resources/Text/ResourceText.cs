namespace Offerbook.Resources;

/// <summary>
/// The text in which agents are told their resources: <c>cpus:4;mem:2048;ports:[21000-24000,30000-34000];disks(role):{a,b}</c>.
/// A name in front of parentheses is reserved statically to that role. Entries of one name and role add up. A JSON array of
/// Resource messages is accepted in its place.
/// </summary>
public static class ResourceText
{
    private const string Special = ":;,()[]{}\"";

    /// <param name="defaultRole">Reserves statically what names no role, unless it is <c>*</c>. JSON says its roles itself.</param>
    public static BagReading Parse(string text, string defaultRole = RoleName.Default)
    {
        if (text.AsSpan().TrimStart().StartsWith('['))
        {
            return ResourceJson.Parse(text);
        }

        var resources = new List<Mesos.V1.Resource>();
        var problems = new List<ResourceProblem>();
        foreach (var part in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (ResourceTextPart.Parse(part, defaultRole, out var resource) is { } reason)
            {
                problems.Add(new ResourceProblem(ResourceProblemKind.Unreadable, part, reason));
            }
            else if (resources.Find(other => other.Name == resource.Name && other.Type != resource.Type) is not null)
            {
                problems.Add(new ResourceProblem(
                    ResourceProblemKind.WrongValueKind,
                    part,
                    $"Resources with the same name ('{resource.Name}') but different types are not allowed"));
            }
            else
            {
                resources.Add(resource);
            }
        }

        var reading = ResourceReader.Read(resources);
        return reading with { Problems = [.. problems, .. reading.Problems] };
    }

    /// <summary>
    /// What <see cref="Parse"/> reads back as an equal bag: the text form, or JSON when the bag holds something that text cannot say.
    /// </summary>
    public static string Print(ResourceBag bag)
    {
        var parts = new List<string>(bag.Count);
        foreach (var entry in bag)
        {
            if (!IsExpressible(entry))
            {
                return ResourceJson.Print(bag);
            }

            var role = entry.Kind.ReservationRole is { } owner ? "(" + owner + ")" : "";
            parts.Add(entry.Name + role + ":" + Print(entry.Value));
        }

        return string.Join(";", parts);
    }

    private static string Print(ResourceValue value) => value.Type switch
    {
        ResourceValueType.Scalar => value.Scalar.ToString(),
        ResourceValueType.Ranges => "[" + string.Join(",", value.Ranges.Items.ToArray()) + "]",
        _ => "{" + string.Join(",", value.Set.Items) + "}",
    };

    private static bool IsExpressible(ResourceEntry entry)
    {
        var kind = entry.Kind;
        if ((kind.Traits & ~ResourceTraits.Reserved) != 0 || kind.Disk is not null || kind.ProviderId is not null
            || !IsPlainWord(kind.Name))
        {
            return false;
        }

        if (kind.Reservations.Top is { } reservation
            && (reservation is not { Type: ReservationType.Static, Principal: null, Labels: null } || !IsPlainWord(reservation.Role)))
        {
            return false;
        }

        foreach (var item in entry.Value.Set.Items)
        {
            if (!IsPlainWord(item))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPlainWord(string word) => word.Length > 0 && word.Trim() == word && word.AsSpan().IndexOfAny(Special) < 0;
}
