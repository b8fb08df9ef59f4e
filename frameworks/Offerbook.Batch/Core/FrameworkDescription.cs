using Mesos.V1;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability;

namespace Offerbook.Batch.Core;

/// <summary>How the framework introduces itself to the master.</summary>
internal static class FrameworkDescription
{
    private static readonly Capability.Types.Type[] Capabilities =
    [
        Capability.Types.Type.MultiRole,
        Capability.Types.Type.ReservationRefinement,
        Capability.Types.Type.PartitionAware,
        Capability.Types.Type.TaskKillingState,
    ];

    public static FrameworkInfo Of(BatchSettings settings)
    {
        var info = new FrameworkInfo
        {
            User = settings.User,
            Name = settings.FrameworkName,
            Hostname = settings.Hostname,
            Checkpoint = true,
            FailoverTimeout = settings.FailoverTimeout.TotalSeconds,
            Roles = { settings.Role },
        };
        if (settings.Principal is not null)
        {
            info.Principal = settings.Principal;
        }
        info.Capabilities.Add(Capabilities.Select(type => new Capability { Type = type }));
        return info;
    }
}
