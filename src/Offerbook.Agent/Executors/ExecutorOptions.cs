namespace Offerbook.Agent.Executors;

/// <summary>How the agent deals with the executors that frameworks bring.</summary>
public sealed record ExecutorOptions
{
    public static readonly TimeSpan LongestReregistration = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Whether executors must prove with a token, which they are given at their launch, that they are who they say. Default: no.
    /// </summary>
    public bool Authenticate { get; init; }

    /// <summary>From an executor's launch to its first SUBSCRIBE. Default 1 min.</summary>
    public TimeSpan RegistrationTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After a restart of the agent until an executor has subscribed anew. Default 2 s, at most 15 s.</summary>
    public TimeSpan ReregistrationTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Between SHUTDOWN and the end of an executor that does not say itself. Default 5 s.</summary>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an executor without an agent looks for one. Default 15 min.</summary>
    public TimeSpan RecoveryTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Variables for every executor and command task, in the place of the agent's own environment; null: that.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Environment { get; init; }

    /// <summary>End all that runs from an earlier life, and then the agent, instead of going on with it. Default: no.</summary>
    public bool CleanUp { get; init; }

    public AgentSettings ApplyTo(AgentSettings settings) => settings with
    {
        ExecutorRegistrationTimeout = RegistrationTimeout,
        ExecutorReregistrationTimeout = ReregistrationTimeout,
        ExecutorShutdownGrace = ShutdownGrace,
        RecoveryTimeout = RecoveryTimeout,
        ExecutorEnvironment = Environment ?? [],
        CleansUp = CleanUp,
    };
}
