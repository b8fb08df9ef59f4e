namespace Offerbook.Client.Scheduling;

/// <summary>How a framework keeps its subscription.</summary>
/// <param name="FirstBackoff">Wait before the first new attempt; doubles up to <paramref name="MaxBackoff"/>.</param>
/// <param name="MissedHeartbeats">The stream is given up after so many heartbeat intervals without any event.</param>
public sealed record SubscriptionSettings(TimeSpan FirstBackoff, TimeSpan MaxBackoff, int MissedHeartbeats)
{
    public static SubscriptionSettings Default { get; } = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), 5);
}
