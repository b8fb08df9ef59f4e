using Mesos.V1;
using Offerbook.Client.Scheduling;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;

namespace Offerbook.Batch.Core;

/// <summary>How the framework introduces itself to the master.</summary>
internal static class FrameworkDescription
{
    public static FrameworkInfo Of(BatchSettings settings) =>
        new FrameworkIdentity(settings.User, settings.FrameworkName, settings.Hostname, settings.Role, settings.FailoverTimeout,
            settings.Principal)
            .Describe(Capability.MultiRole, Capability.ReservationRefinement, Capability.PartitionAware, Capability.TaskKillingState);
}
