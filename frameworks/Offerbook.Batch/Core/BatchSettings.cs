using Offerbook.Client.Scheduling;
using Offerbook.Storage.Formats;

namespace Offerbook.Batch.Core;

/// <summary>How the framework behaves.</summary>
public sealed record BatchSettings
{
    public static BatchSettings Default { get; } = new();

    /// <summary>What may be read and written in the journal.</summary>
    public FormatSupport Format { get; init; } = FormatSupport.OfThisBuild;

    /// <summary>The name under which the framework subscribes.</summary>
    public string FrameworkName { get; init; } = "batch";

    /// <summary>The role in which it is offered resources.</summary>
    public string Role { get; init; } = "batch";

    /// <summary>The user that tasks run as.</summary>
    public string User { get; init; } = "root";

    /// <summary>Host name that the framework gives to the master.</summary>
    public string Hostname { get; init; } = "localhost";

    public string? Principal { get; init; }

    /// <summary>How long the master keeps tasks while the framework is away: a week.</summary>
    public TimeSpan FailoverTimeout { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Tasks launched with one ACCEPT: a call of about 300 KB.</summary>
    public int MaxTasksPerOffer { get; init; } = 500;

    /// <summary>
    /// Launches that no status update has confirmed yet. Bounds what a restart has to ask about, and what is in flight to the agents.
    /// </summary>
    public int MaxLaunchesInFlight { get; init; } = 2_000;

    /// <summary>
    /// For how long an offer that nothing fits on is not wanted again. Freed resources on its agent, and REVIVE, defeat it.
    /// </summary>
    public TimeSpan DeclineDuration { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>For how long an offer is not wanted that came while too many launches are in flight.</summary>
    public TimeSpan BusyDeclineDuration { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Time between two looks at what is overdue.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Time to the first repeated question about tasks of which nothing was heard; doubles up to <see cref="ReconciliationInterval"/>.
    /// </summary>
    public TimeSpan ReconciliationRetry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time between two questions about every active task, heard of or not.</summary>
    public TimeSpan ReconciliationInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The kills of a job that is stopping are repeated after so long, without end.</summary>
    public TimeSpan KillRetryInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A run whose agent is unreachable for so long is launched elsewhere; should its old task come back, that one is killed.
    /// </summary>
    public TimeSpan UnreachablePatience { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// A job whose tasks get lost waits before it launches again: this long at first, doubling up to <see cref="MaxLossBackoff"/>.
    /// </summary>
    public TimeSpan FirstLossBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan MaxLossBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Clients that may wait for jobs at once.</summary>
    public int MaxWaiters { get; init; } = 1_000;

    /// <summary>Journal events between two snapshots: a restart replays at most so many, less than a second.</summary>
    public int EventsPerSnapshot { get; init; } = 20_000;

    public SubscriptionSettings Subscription { get; init; } = SubscriptionSettings.Default;
}
