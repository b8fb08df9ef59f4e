namespace Offerbook.Agent.Checks;

/// <summary>Where a running task's check stands.</summary>
internal sealed class CheckProgress(TimeSpan startedAt, bool initializing)
{
    /// <summary>When the container started, in elapsed time: the grace period counts from here.</summary>
    public TimeSpan StartedAt { get; } = startedAt;

    /// <summary>Until the first success.</summary>
    public bool Initializing { get; set; } = initializing;

    public int ConsecutiveFailures { get; set; }

    /// <summary>Number of the probe under way, or of the last one.</summary>
    public long Number { get; set; }

    public bool InFlight { get; set; }
}
