namespace Offerbook.Agent;

/// <summary>What an agent keeps of tasks and executors that have ended.</summary>
public sealed record SandboxOptions
{
    /// <summary>Their sandboxes go after this at the latest. Default one week.</summary>
    public TimeSpan GcDelay { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// The share of the disk to be kept free: sandboxes go after <see cref="GcDelay"/> × max(0, 1 − headroom − used share). Default 0.1.
    /// </summary>
    public double DiskHeadroom { get; init; } = 0.1;

    /// <summary>How often the disk is looked at. Default 1 min.</summary>
    public TimeSpan DiskWatchInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Bytes that their sandboxes may hold together; default: no bound but the disk.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>
    /// Sandboxes of tasks and executors that are no longer listed; beyond it the oldest go, however young. 0: they go with the list's
    /// entries. Default 10,000.
    /// </summary>
    public int MaxSandboxes { get; init; } = 10_000;

    /// <summary>Frameworks of which nothing runs. Default 50.</summary>
    public int MaxCompletedFrameworks { get; init; } = 50;

    /// <summary>Executors of one framework that are listed. Default 150.</summary>
    public int MaxCompletedExecutorsPerFramework { get; init; } = 150;

    /// <summary>Tasks of one framework that are listed. Default 200.</summary>
    public int MaxCompletedTasksPerFramework { get; init; } = 200;

    internal AgentSettings ApplyTo(AgentSettings settings) => settings with
    {
        SandboxMaxAge = GcDelay,
        SandboxDiskHeadroom = DiskHeadroom,
        SandboxReviewInterval = DiskWatchInterval,
        MaxFinishedBytes = MaxBytes,
        MaxRetainedSandboxes = MaxSandboxes,
        MaxFinishedFrameworks = MaxCompletedFrameworks,
        MaxFinishedExecutorsPerFramework = MaxCompletedExecutorsPerFramework,
        MaxFinishedPerFramework = MaxCompletedTasksPerFramework,
    };
}
