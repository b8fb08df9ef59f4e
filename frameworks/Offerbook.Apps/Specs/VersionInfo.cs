namespace Offerbook.Apps.Specs;

/// <summary>When an app last changed, and in what way.</summary>
/// <param name="Version">The time of the request that made this definition; names it in <c>/versions</c>.</param>
/// <param name="LastScalingAt">When the number of instances last changed (or the configuration, as that starts instances too).</param>
/// <param name="LastConfigChangeAt">When the configuration last changed or a restart was asked for. Instances of an older version are
/// outdated.</param>
public sealed record VersionInfo(Timestamp Version, Timestamp LastScalingAt, Timestamp LastConfigChangeAt)
{
    /// <summary>For an app that is new or whose configuration changed.</summary>
    public static VersionInfo New(Timestamp version) => new(version, version, version);

    public VersionInfo WithScaling(Timestamp version) => this with { Version = version, LastScalingAt = version };

    /// <summary>For a change that restarts nothing and is not one of numbers either.</summary>
    public VersionInfo WithMetadata(Timestamp version) => this with { Version = version };

    public VersionInfo WithConfigChange(Timestamp version) => this with { Version = version, LastConfigChangeAt = version };
}
