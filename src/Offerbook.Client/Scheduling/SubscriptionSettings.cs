namespace Offerbook.Client.Scheduling;

/// <summary>How a framework keeps its subscription.</summary>
/// <param name="FirstBackoff">Wait before the first new attempt; doubles up to <paramref name="MaxBackoff"/>. Each wait is drawn
/// from its upper half, so that frameworks cut off together do not come back together.</param>
/// <param name="MissedHeartbeats">The stream is given up after so many heartbeat intervals without any event.</param>
public sealed record SubscriptionSettings(TimeSpan FirstBackoff, TimeSpan MaxBackoff, int MissedHeartbeats)
{
    public static SubscriptionSettings Default { get; } = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), 5);

    /// <summary>
    /// How long SUBSCRIBED may take after SUBSCRIBE before the attempt is given up. A master that recovers holds nobody up: it answers 503.
    /// </summary>
    public TimeSpan SubscribeTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Assumed when SUBSCRIBED announces no interval.</summary>
    public TimeSpan DefaultHeartbeatInterval { get; init; } = TimeSpan.FromSeconds(15);
}
