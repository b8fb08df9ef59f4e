namespace Offerbook.Apps.Specs;

/// <summary>
/// When a deployment of an app gives up, and where it stops to be looked at. Not part of the configuration: changing it restarts
/// nothing, and a deployment that runs goes by what the app said when it began.
/// </summary>
public sealed record DeploymentPolicy
{
    /// <summary>Nothing is limited: a deployment waits for ever.</summary>
    public static DeploymentPolicy None { get; } = new();

    /// <summary>At most so many pause points.</summary>
    public const int MaxPausePoints = 20;

    /// <summary>
    /// The deployment fails when the app is not done so many seconds after it began; pauses do not count. Null: no deadline.
    /// </summary>
    public int? DeadlineSeconds { get; init; }

    /// <summary>So many tasks of the app may fail while it is deployed; one more fails the deployment. Null: any number.</summary>
    public int? MaxFailures { get; init; }

    /// <summary>What is done when it fails. Null: as the server's default has it.</summary>
    public FailureAction? OnFailure { get; init; }

    /// <summary>Where a replacement, or the first start, stops until somebody promotes it. In rising order.</summary>
    public ValueList<PausePoint> PauseAfter { get; init; } = [];

    public bool IsEmpty => Equals(None);

    /// <summary>What is not said here is taken from the defaults.</summary>
    public DeploymentPolicy Or(DeploymentPolicy defaults) => this with
    {
        DeadlineSeconds = DeadlineSeconds ?? defaults.DeadlineSeconds,
        MaxFailures = MaxFailures ?? defaults.MaxFailures,
        OnFailure = OnFailure ?? defaults.OnFailure,
    };
}

/// <summary>What happens to what a failed deployment has done so far.</summary>
public enum FailureAction
{
    /// <summary>It ends where it stands: what was started or replaced stays, and the apps are kept at their number of instances.</summary>
    Stop,

    /// <summary>It ends, and another deployment takes its changes back.</summary>
    Rollback,

    /// <summary>It stands still and keeps its lock, until somebody promotes, aborts or deletes it.</summary>
    Hold,
}

/// <summary>So many instances of the new version, or so many of a hundred.</summary>
public readonly record struct PausePoint(int Amount, bool IsPercent)
{
    /// <summary>Of so many wanted instances; rounded up, at least 1.</summary>
    public int Of(int instances) => Math.Max(1, IsPercent ? (int)Math.Ceiling(instances * (decimal)Amount / 100) : Amount);

    public override string ToString() => Amount.ToString(System.Globalization.CultureInfo.InvariantCulture) + (IsPercent ? "%" : "");
}
