using Mesos.V1;

namespace Offerbook.Apps.Core;

/// <summary>How the framework introduces itself to the master.</summary>
internal static class Framework
{
    private static readonly FrameworkInfo.Types.Capability.Types.Type[] Capabilities =
    [
        FrameworkInfo.Types.Capability.Types.Type.TaskKillingState,
        FrameworkInfo.Types.Capability.Types.Type.PartitionAware,
        FrameworkInfo.Types.Capability.Types.Type.MultiRole,
        FrameworkInfo.Types.Capability.Types.Type.ReservationRefinement,
        FrameworkInfo.Types.Capability.Types.Type.RegionAware,
    ];

    public static FrameworkInfo Describe(AppsSettings settings)
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
        info.Capabilities.Add(Capabilities.Select(type => new FrameworkInfo.Types.Capability { Type = type }));
        if (settings.Features.Contains(Specs.Features.GpuResources))
        {
            // Else agents with GPUs are not offered.
            info.Capabilities.Add(new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.GpuResources });
        }
        return info;
    }
}
