namespace Offerbook.Master.Hosting;

/// <summary>What a master takes from outside at most. What is beyond is refused, and the answer says why.</summary>
public sealed record MasterLimits
{
    public static MasterLimits Default { get; } = new();

    /// <summary>
    /// Connections at once; one more is closed unanswered. An agent has two, a scheduler and a reader one or two: 50,000 agents, 6,000
    /// frameworks and as many readers fit twice. The process needs as many file descriptors.
    /// </summary>
    public int MaxConnections { get; init; } = 250_000;

    /// <summary>Subscriptions of schedulers at once; one more is answered 503.</summary>
    public int MaxSchedulerStreams { get; init; } = 20_000;

    /// <summary>Subscriptions of agents at once; one more is answered 503.</summary>
    public int MaxAgentStreams { get; init; } = 100_000;

    /// <summary>All headers of a request together, in bytes; longer ones are answered 431.</summary>
    public int MaxHeaderBytes { get; init; } = 32 * 1024;

    /// <summary>How long the head of a request may take to arrive (else 408). A body must come at 240 bytes a second or faster.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a call of a scheduler or an operator waits for room in the master's mailbox before it is answered 503.</summary>
    public TimeSpan MailboxPatience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often principals may call; null: as often as they like.</summary>
    public RateLimitSettings? Rates { get; init; }
}
