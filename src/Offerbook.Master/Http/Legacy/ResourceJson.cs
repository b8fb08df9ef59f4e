using Mesos.V1;
using Offerbook.Resources;

namespace Offerbook.Master.Http.Legacy;

/// <summary>Resources and attributes in the short forms of the read endpoints.</summary>
internal static class ResourceJson
{
    public static void Resources(this LegacyWriter json, string name, ResourceBag bag)
    {
        json.BeginObject(name);
        foreach (var item in ResourceSummary.Of(bag))
        {
            if (item.Text is null)
            {
                json.Double(item.Name, item.Amount.ToDouble());
            }
            else
            {
                json.Text(item.Name, item.Text);
            }
        }
        json.EndObject();
    }

    /// <summary>Reserved resources by role.</summary>
    public static void ReservedResources(this LegacyWriter json, string name, ResourceBag bag)
    {
        json.BeginObject(name);
        foreach (var role in Roles(bag))
        {
            json.Resources(role, bag.Reserved(role));
        }
        json.EndObject();
    }

    public static void ReservedResourcesFull(this LegacyWriter json, string name, ResourceBag bag)
    {
        json.BeginObject(name);
        foreach (var role in Roles(bag))
        {
            json.FullResources(role, bag.Reserved(role));
        }
        json.EndObject();
    }

    public static void FullResources(this LegacyWriter json, string name, ResourceBag bag) =>
        json.Messages(name, bag.ToProto(ResourceFormat.Endpoint));

    /// <summary>Sums of scalars and counts of items, only of what there is; sorted by name.</summary>
    public static void Quantities(this LegacyWriter json, string name, ResourceBag bag)
    {
        json.BeginObject(name);
        foreach (var item in ResourceSummary.Of(bag).OrderBy(item => item.Name, StringComparer.Ordinal))
        {
            var amount = item.Text is null ? item.Amount.ToDouble() : Count(bag, item.Name);
            if (amount > 0)
            {
                json.Double(item.Name, amount);
            }
        }
        json.EndObject();
    }

    public static void Attributes(this LegacyWriter json, IEnumerable<Mesos.V1.Attribute> attributes)
    {
        json.BeginObject("attributes");
        foreach (var attribute in attributes)
        {
            switch (attribute.Type)
            {
                case Value.Types.Type.Scalar:
                    json.Double(attribute.Name, attribute.Scalar?.Value ?? 0);
                    break;
                case Value.Types.Type.Text:
                    json.Text(attribute.Name, attribute.Text?.Value ?? "");
                    break;
                case Value.Types.Type.Ranges:
                    json.Text(attribute.Name, "[" + string.Join(", ", (attribute.Ranges?.Range ?? []).Select(range => $"{range.Begin}-{range.End}")) + "]");
                    break;
                default:
                    json.Text(attribute.Name, "{" + string.Join(", ", attribute.Set?.Item ?? []) + "}");
                    break;
            }
        }
        json.EndObject();
    }

    private static IEnumerable<string> Roles(ResourceBag bag) =>
        bag.Reserved().Select(entry => entry.Kind.ReservationRole!).Distinct().Order(StringComparer.Ordinal);

    private static double Count(ResourceBag bag, string name) => bag.Where(entry => entry.Name == name)
        .Sum(entry => entry.Value.Type == ResourceValueType.Ranges ? entry.Value.Ranges.Count : (double)entry.Value.Set.Items.Length);
}
