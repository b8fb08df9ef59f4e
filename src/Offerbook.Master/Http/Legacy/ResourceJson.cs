using Mesos.V1;
using Offerbook.Resources;

namespace Offerbook.Master.Http.Legacy;

/// <summary>Resources and attributes in the short forms of the read endpoints.</summary>
internal static class ResourceJson
{
    public static void Resources(this LegacyWriter json, ReadOnlySpan<byte> name, ResourceBag bag)
    {
        json.BeginObject(name);
        Summary(json, bag);
        json.EndObject();
    }

    /// <summary>Reserved resources by role.</summary>
    public static void ReservedResources(this LegacyWriter json, ReadOnlySpan<byte> name, ResourceBag bag)
    {
        json.BeginObject(name);
        foreach (var role in Roles(bag))
        {
            json.Named(role).BeginObject();
            Summary(json, bag.Reserved(role));
            json.EndObject();
        }
        json.EndObject();
    }

    public static void ReservedResourcesFull(this LegacyWriter json, ReadOnlySpan<byte> name, ResourceBag bag)
    {
        json.BeginObject(name);
        foreach (var role in Roles(bag))
        {
            json.Named(role).Messages(bag.Reserved(role).ToProto(ResourceFormat.Endpoint));
        }
        json.EndObject();
    }

    public static void FullResources(this LegacyWriter json, ReadOnlySpan<byte> name, ResourceBag bag) =>
        json.Messages(name, bag.ToProto(ResourceFormat.Endpoint));

    public static void Attributes(this LegacyWriter json, IEnumerable<Mesos.V1.Attribute> attributes)
    {
        json.BeginObject("attributes"u8);
        foreach (var attribute in attributes)
        {
            switch (attribute.Type)
            {
                case Value.Types.Type.Scalar:
                    json.Named(attribute.Name).Double(attribute.Scalar?.Value ?? 0);
                    break;
                case Value.Types.Type.Text:
                    json.Named(attribute.Name).Text(attribute.Text?.Value ?? "");
                    break;
                case Value.Types.Type.Ranges:
                    json.Named(attribute.Name).Text("["
                        + string.Join(", ", (attribute.Ranges?.Range ?? []).Select(range => $"{range.Begin}-{range.End}")) + "]");
                    break;
                default:
                    json.Named(attribute.Name).Text("{" + string.Join(", ", attribute.Set?.Item ?? []) + "}");
                    break;
            }
        }
        json.EndObject();
    }

    /// <summary>
    /// What <see cref="ResourceSummary"/> says, without its lists for the bags that nearly all tasks and agents have: plain scalars,
    /// and at most one other resource.
    /// </summary>
    private static void Summary(LegacyWriter json, ResourceBag bag)
    {
        long disk = 0, mem = 0, gpus = 0, cpus = 0;
        var other = -1;
        for (var i = 0; i < bag.Count; i++)
        {
            ref readonly var entry = ref bag.Entries[i];
            if (entry.Kind.IsRevocable || !entry.Value.IsScalar)
            {
                if (other >= 0 || entry.Name is "disk" or "mem" or "gpus" or "cpus")
                {
                    WriteAny(json, bag);
                    return;
                }
                other = i;
                continue;
            }
            switch (entry.Name)
            {
                case "disk":
                    disk += entry.Value.Scalar.Milli;
                    break;
                case "mem":
                    mem += entry.Value.Scalar.Milli;
                    break;
                case "gpus":
                    gpus += entry.Value.Scalar.Milli;
                    break;
                case "cpus":
                    cpus += entry.Value.Scalar.Milli;
                    break;
                default:
                    WriteAny(json, bag);
                    return;
            }
        }
        json.Scalar("disk"u8, new Scalar(disk));
        json.Scalar("mem"u8, new Scalar(mem));
        json.Scalar("gpus"u8, new Scalar(gpus));
        json.Scalar("cpus"u8, new Scalar(cpus));
        if (other >= 0 && !bag.Entries[other].Kind.IsRevocable)
        {
            json.Named(bag.Entries[other].Name).Text(bag.Entries[other].Value.ToString());
        }
        else if (other >= 0)
        {
            WriteOne(json, ResourceSummary.Of(ResourceBag.Of(bag.Entries[other]))[^1]);
        }
    }

    private static void WriteAny(LegacyWriter json, ResourceBag bag)
    {
        foreach (var item in ResourceSummary.Of(bag))
        {
            WriteOne(json, item);
        }
    }

    private static void WriteOne(LegacyWriter json, ResourceSummaryItem item)
    {
        if (item.Text is null)
        {
            json.Named(item.Name).Scalar(item.Amount);
        }
        else
        {
            json.Named(item.Name).Text(item.Text);
        }
    }

    private static IEnumerable<string> Roles(ResourceBag bag) => (bag.Traits & ResourceTraits.Reserved) == 0 ? []
        : bag.Reserved().Select(entry => entry.Kind.ReservationRole!).Distinct().Order(StringComparer.Ordinal);
}
