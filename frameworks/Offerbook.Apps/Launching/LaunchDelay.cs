using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Launching;

/// <summary>
/// How long the next launch of a failing app has to wait. Kept for one configuration: another one starts afresh.
/// </summary>
/// <param name="Configuration">When the configuration that fails was made (<see cref="VersionInfo.LastConfigChangeAt"/>).</param>
/// <param name="Reference">When the last failure, or the last step of a launch, happened.</param>
public sealed record LaunchDelay(Timestamp Configuration, TimeSpan Delay, Timestamp Reference)
{
    /// <summary>No launch before this moment.</summary>
    public Timestamp Deadline => new(Reference.UnixMilliseconds + (long)Delay.TotalMilliseconds);

    /// <summary>Nothing has failed for so long that the next failure counts as the first again.</summary>
    public bool IsForgotten(RunSpec app, Timestamp now) =>
        now.UnixMilliseconds > Reference.UnixMilliseconds + (app.Backoff.MaxLaunchDelaySeconds * 1000);

    /// <summary>
    /// After a failure: the first waits the app's back-off, each further one the factor longer, up to the longest allowed.
    /// </summary>
    public static LaunchDelay AfterFailure(LaunchDelay? last, RunSpec app, Timestamp now)
    {
        var longest = TimeSpan.FromSeconds(app.Backoff.MaxLaunchDelaySeconds);
        var next = last is null || last.Configuration != app.VersionInfo.LastConfigChangeAt
            ? TimeSpan.FromSeconds(app.Backoff.Seconds)
            : last.Delay * app.Backoff.Factor;
        return new LaunchDelay(app.VersionInfo.LastConfigChangeAt, next < longest ? next : longest, now);
    }

    /// <summary>A launch went a step further: the wait, should it fail now, counts from now.</summary>
    public LaunchDelay Touch(Timestamp now) => this with { Reference = now };
}
