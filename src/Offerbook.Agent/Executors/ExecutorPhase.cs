namespace Offerbook.Agent.Executors;

/// <summary>Where an executor is in its life.</summary>
public enum ExecutorPhase
{
    /// <summary>Its container starts, or runs and has not subscribed since the agent started.</summary>
    Registering,

    /// <summary>It takes tasks.</summary>
    Running,

    /// <summary>It is to end.</summary>
    Terminating,

    Terminated,
}
