using Mesos.V1;
using Offerbook.Apps.Specs;
using Offerbook.Client.Scheduling;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;

namespace Offerbook.Apps.Core;

/// <summary>How the framework introduces itself to the master.</summary>
internal static class Framework
{
    private static readonly Capability[] Capabilities =
    [
        Capability.TaskKillingState, Capability.PartitionAware, Capability.MultiRole, Capability.ReservationRefinement,
        Capability.RegionAware,
    ];

    public static FrameworkInfo Describe(AppsSettings settings)
    {
        var identity = new FrameworkIdentity(settings.User, settings.FrameworkName, settings.Hostname, settings.Role,
            settings.FailoverTimeout, settings.Principal);
        // Without it agents with GPUs are not offered.
        return identity.Describe(settings.Features.Contains(Features.GpuResources)
            ? [.. Capabilities, Capability.GpuResources] : Capabilities);
    }
}
