namespace Offerbook.Coordination.Hosting;

/// <summary>How to stand in an election, or to follow one.</summary>
public sealed record ElectionSettings
{
    public static readonly TimeSpan DefaultSessionTimeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the service waits for a sign of life before it gives the leadership to another (<c>--zk_session_timeout</c>; 10 s, as
    /// masters have always had).
    /// ZooKeeper grants between 2 and 20 of its ticks, by default 4 to 40 s, whatever is asked for.
    /// </summary>
    public TimeSpan SessionTimeout { get; init; } = DefaultSessionTimeout;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Told what whoever operates the cluster may want to know, a line at a time; must not block. No secrets are in it.</summary>
    public Action<string> Log { get; init; } = static _ => { };
}
