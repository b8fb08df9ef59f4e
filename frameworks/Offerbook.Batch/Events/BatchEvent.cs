namespace Offerbook.Batch.Events;

/// <summary>How an attempt ended.</summary>
public enum AttemptEnd
{
    Finished,

    /// <summary>Failed by its own doing, or was killed by somebody else: uses up a retry.</summary>
    Failed,

    /// <summary>Can never run (TASK_ERROR): no retry would help.</summary>
    Impossible,

    /// <summary>Was lost with its agent, or never arrived there: tried again without using up a retry.</summary>
    Lost,
}

/// <summary>
/// What Batch journals. The journal is read by later programs: members are only ever added, and a changed meaning gets a new
/// manifest. Each is enough to change the state in the same way again; nothing else is looked at.
/// </summary>
public abstract record BatchEvent
{
    private BatchEvent()
    {
    }

    /// <summary>The master gave the framework its id.</summary>
    public sealed record FrameworkRegistered(string Id) : BatchEvent;

    public sealed record JobAdded(long Job, JobRecord Spec, DateTimeOffset At) : BatchEvent;

    /// <summary>The intent to launch the next attempt of these runs on an agent; journalled before the master hears of it.</summary>
    public sealed record RunsLaunched(long Job, string Agent, string Host, IReadOnlyList<int> Runs, DateTimeOffset At) : BatchEvent;

    public sealed record RunStarted(long Job, int Run, DateTimeOffset At) : BatchEvent;

    public sealed record RunUnreachable(long Job, int Run, DateTimeOffset At) : BatchEvent;

    /// <summary>The newest attempt ended. Whether the run is tried again follows from the state.</summary>
    public sealed record AttemptEnded(long Job, int Run, AttemptEnd End, string Cause, DateTimeOffset At) : BatchEvent;

    public sealed record JobStopRequested(long Job, DateTimeOffset At) : BatchEvent;
}
