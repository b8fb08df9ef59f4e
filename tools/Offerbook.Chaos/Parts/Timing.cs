namespace Offerbook.Chaos.Parts;

/// <summary>The times that the parts are given: a tenth of an installation's, so that a run sees ten times as many ends of sessions and
/// agents.</summary>
public static class Timing
{
    /// <summary>Of ZooKeeper's sessions; an ensemble with ticks of 500 ms grants 1 s to 10 s.</summary>
    public static TimeSpan Session { get; } = TimeSpan.FromSeconds(4);

    /// <summary>An agent that is not heard of is unreachable after as many pings.</summary>
    public static TimeSpan Ping { get; } = TimeSpan.FromSeconds(5);

    public const int Pings = 3;

    /// <summary>Percent of the agents; when more are missing after a change of leaders, none is given up.</summary>
    public const int RemovalLimit = 40;

    /// <summary>From the cut to UNREACHABLE.</summary>
    public static TimeSpan AgentLoss { get; } = Ping * Pings;
}
