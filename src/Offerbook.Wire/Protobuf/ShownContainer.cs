using Google.Protobuf;
using Mesos.V1;

namespace Offerbook.Wire.Protobuf;

/// <summary>What everybody may see of a task's container: whoever may look at tasks is not thereby told secrets.</summary>
public static class ShownContainer
{
    /// <returns>The same when no volume shows a secret with its value; else a copy in which those values are empty.</returns>
    public static ContainerInfo? Of(ContainerInfo? container)
    {
        if (container is null || !container.Volumes.Any(static volume => volume.Source?.Secret?.Value is not null))
        {
            return container;
        }
        var shown = container.Clone();
        foreach (var volume in shown.Volumes)
        {
            if (volume.Source?.Secret?.Value is { } value)
            {
                value.Data = ByteString.Empty;
            }
        }
        return shown;
    }
}
