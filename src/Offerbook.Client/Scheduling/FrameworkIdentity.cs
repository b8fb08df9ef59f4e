using Mesos.V1;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability;

namespace Offerbook.Client.Scheduling;

/// <summary>How a framework introduces itself to the master.</summary>
/// <param name="User">Whom tasks run as that name no user.</param>
/// <param name="FailoverTimeout">For so long the master keeps its tasks while it is away.</param>
/// <param name="Principal">Who it logs in as; null: nobody.</param>
public sealed record FrameworkIdentity(string User, string Name, string Hostname, string Role, TimeSpan FailoverTimeout, string? Principal)
{
    /// <summary>Of a framework that wants checkpoints.</summary>
    public FrameworkInfo Describe(params IEnumerable<Capability.Types.Type> capabilities)
    {
        var info = new FrameworkInfo
        {
            User = User,
            Name = Name,
            Hostname = Hostname,
            Checkpoint = true,
            FailoverTimeout = FailoverTimeout.TotalSeconds,
            Roles = { Role },
            Capabilities = { capabilities.Select(type => new Capability { Type = type }) },
        };
        if (Principal is not null)
        {
            info.Principal = Principal;
        }
        return info;
    }
}
