using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Volumes;

/// <summary>
/// What an instance of a resident app or pod holds on one agent, whether or not it has a task: the resources that its tasks need and
/// its persistent volumes. On the agent they carry <see cref="ReservationLabels"/>.
/// </summary>
/// <param name="At">When the ACCEPT was decided that makes it.</param>
public sealed record Reservation(AgentId Agent, AgentLocation Location, ValueList<LocalVolume> Volumes, Timestamp At)
{
    /// <summary>A task has run on it, so the volumes may hold what must not be lost. Until then it may never have been made.</summary>
    public bool IsUsed { get; init; }
}

/// <param name="ContainerPath">Where the task finds it; for a pod the volume's name.</param>
/// <param name="PersistenceId"><c>&lt;safe app id&gt;#&lt;container path&gt;#&lt;uuid&gt;</c></param>
public sealed record LocalVolume(string ContainerPath, string PersistenceId)
{
    public string Uuid => PersistenceId[(PersistenceId.LastIndexOf('#') + 1)..];
}

/// <summary>A reservation whose instance is gone: to be undone as soon as an offer shows it.</summary>
public sealed record PendingRelease(AgentId Agent, string Role);
