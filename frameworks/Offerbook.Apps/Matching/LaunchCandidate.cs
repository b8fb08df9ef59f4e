using Offerbook.Apps.Specs;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Matching;

/// <summary>An instance that waits for an offer.</summary>
/// <param name="TaskId">Of the task to be launched.</param>
/// <param name="Role">The instance's, under which its offers come.</param>
/// <param name="Placed">The app's launched instances that are not lost. Those of an older configuration are ignored here.</param>
/// <param name="EnforcesGroupRole">Whether the app's top-level group does; told to the task.</param>
/// <param name="HomeRegion">The master's region; null when it has none.</param>
public sealed record LaunchCandidate(
    AppDefinition App,
    TaskId TaskId,
    string Role,
    IReadOnlyList<PlacedInstance> Placed,
    bool EnforcesGroupRole = false,
    string? HomeRegion = null);
