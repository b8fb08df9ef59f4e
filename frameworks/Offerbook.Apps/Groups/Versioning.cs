namespace Offerbook.Apps.Groups;

/// <summary>
/// When a changed definition starts a configuration of its own (<see cref="Specs.VersionInfo.LastConfigChangeAt"/>), which is what
/// instances are measured by: those of another configuration are replaced.
/// </summary>
public enum Versioning
{
    /// <summary>As clients know it: every difference but that of the number of instances, labels and dependencies included.</summary>
    Strict,

    /// <summary>Only what a task would have to be told; metadata changes in place.</summary>
    Lenient,

    /// <summary>
    /// A definition from before is put back with the configuration that it had, so that instances of it that are still there need not go.
    /// </summary>
    Restored,
}
