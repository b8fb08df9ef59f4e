namespace Offerbook.Apps.Instances;

/// <summary>Where an instance is in its life. The names are those of the API and of events.</summary>
public enum Condition
{
    /// <summary>Waits for an offer; there is no task.</summary>
    Scheduled,

    /// <summary>Matched: the ACCEPT has been decided and written down, nothing has been heard of the task.</summary>
    Provisioned,

    Staging,
    Starting,
    Running,

    /// <summary>The agent is stopping the task.</summary>
    Killing,

    /// <summary>The agent cannot be reached; the task may run. Still counts as one of the app's instances.</summary>
    Unreachable,

    /// <summary>Unreachable for so long that it no longer counts.</summary>
    UnreachableInactive,

    // Below here the task has ended.
    Finished,
    Killed,
    Error,
    Failed,
    Gone,
    Dropped,
    Unknown,
}

public static class Conditions
{
    public static bool IsTerminal(this Condition condition) => condition >= Condition.Finished;

    /// <summary>Whether there is, or may be, a task.</summary>
    public static bool IsActive(this Condition condition) => condition is > Condition.Scheduled and < Condition.Finished;

    public static bool IsUnreachable(this Condition condition) => condition is Condition.Unreachable or Condition.UnreachableInactive;

    /// <summary>
    /// Ends that lengthen the launch delay: the task could not be started or stopped by itself, whatever its exit status.
    /// </summary>
    public static bool CountsAsFailure(this Condition condition) =>
        condition is Condition.Dropped or Condition.Error or Condition.Failed or Condition.Gone or Condition.Finished;
}

/// <summary>What is wanted of an instance. Only moves down this list.</summary>
public enum Goal
{
    Running,

    /// <summary>Stopped, its reservation kept for the next scale-up.</summary>
    Stopped,

    /// <summary>To be removed with all it holds. Final.</summary>
    Decommissioned,
}
