using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Volumes;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Matching;

/// <summary>An instance that waits for an offer.</summary>
/// <param name="Incarnation">Of the task, or tasks, to be launched.</param>
/// <param name="Role">The instance's, under which its offers come.</param>
/// <param name="Placed">The app's launched instances that are not lost. Those of an older configuration are ignored here.</param>
/// <param name="EnforcesGroupRole">Whether the app's top-level group does; told to the task.</param>
/// <param name="HomeRegion">The master's region; null when it has none.</param>
/// <param name="Reservation">What it holds already; null for one that is not resident, or has reserved nothing yet.</param>
public sealed record LaunchCandidate(
    RunSpec Spec,
    InstanceId Instance,
    int Incarnation,
    string Role,
    IReadOnlyList<PlacedInstance> Placed,
    bool EnforcesGroupRole = false,
    string? HomeRegion = null,
    Reservation? Reservation = null)
{
    /// <summary>Only for what is an app.</summary>
    public AppDefinition App => (AppDefinition)Spec;

    /// <summary>Of an app's only task.</summary>
    public TaskId TaskId => Instance.Task(Incarnation);
}
