namespace Offerbook.Batch.Jobs;

/// <summary>What keeps one submitter from filling the scheduler's memory.</summary>
public static class JobLimits
{
    public const int MaxIdLength = 128;

    public const int MaxCommandLength = 65_536;

    public const int MaxArgs = 1_000;

    public const int MaxCount = 100_000;

    public const int MaxRetries = 1_000;

    public const int MaxLabels = 100;

    public const int MaxLabelLength = 1_024;

    /// <summary>More than any machine has, so that a slip of the keyboard is seen at once.</summary>
    public const double MaxCpus = 10_000;

    /// <summary>2^30 MB: a petabyte.</summary>
    public const double MaxMegabytes = 1_073_741_824;

    /// <summary>Jobs that have not ended.</summary>
    public const int MaxActiveJobs = 10_000;

    /// <summary>Runs of jobs that have not ended: about 100 MB when all of them are launched.</summary>
    public const int MaxActiveRuns = 500_000;

    /// <summary>Jobs remembered after their end, the newest of them.</summary>
    public const int MaxEndedJobs = 1_000;

    /// <summary>Runs remembered of jobs that have ended; the newest job is kept whatever its size.</summary>
    public const int MaxEndedRuns = 200_000;

    /// <summary>Characters kept of what a task's last status said.</summary>
    public const int MaxMessageLength = 200;
}
