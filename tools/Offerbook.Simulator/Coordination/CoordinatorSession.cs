namespace Offerbook.Simulator.Coordination;

/// <summary>What the service knows of one session.</summary>
internal sealed class CoordinatorSession(long id, string host, TimeSpan timeout)
{
    public long Id => id;

    public string Host => host;

    public TimeSpan Timeout => timeout;

    public TimeSpan Heard { get; set; }

    /// <summary>It is made to end before its time, and cannot be taken up again.</summary>
    public bool IsDoomed { get; set; }

    /// <summary>The connection that it goes over at present; null while there is none that the service believes in.</summary>
    public CoordinatorConnection? Connection { get; set; }

    /// <summary>Paths of nodes that are to be told of once: their children, or themselves.</summary>
    public SortedSet<string> ChildWatches { get; } = new(StringComparer.Ordinal);

    public SortedSet<string> NodeWatches { get; } = new(StringComparer.Ordinal);

    /// <summary>Watches that fired while nobody could be told.</summary>
    public List<string> Untold { get; } = [];
}
