using MesosResource = Mesos.V1.Resource;
using SourceType = Mesos.V1.Resource.Types.DiskInfo.Types.Source.Types.Type;

namespace Offerbook.Resources;

internal static class DiskValidation
{
    public static void Validate(MesosResource resource, ProblemList problems)
    {
        if (resource.Disk is not { } disk)
        {
            return;
        }

        if (resource.Name != "disk")
        {
            problems.Add(ResourceProblemKind.BadDisk, $"DiskInfo should not be set for {resource.Name} resource");
        }

        if (disk.Persistence is { Id.Length: 0 })
        {
            problems.Add(ResourceProblemKind.BadDisk, "A persistent volume needs a non-empty id");
        }

        if (disk.Source is not { } source)
        {
            return;
        }

        var allowed = source.HasType && source.Type switch
        {
            SourceType.Path => source.Mount is null,
            SourceType.Mount => source.Path is null,
            SourceType.Block or SourceType.Raw => source.Path is null && source.Mount is null,
            _ => false,
        };
        if (!allowed)
        {
            var reason = source.HasType && source.Type != SourceType.Unknown
                ? $"A {source.Type.ToString().ToUpperInvariant()} disk source must not set the path or mount of another type"
                : "Unsupported disk source type: must be PATH, MOUNT, BLOCK or RAW";
            problems.Add(ResourceProblemKind.BadDisk, reason);
        }
    }
}
