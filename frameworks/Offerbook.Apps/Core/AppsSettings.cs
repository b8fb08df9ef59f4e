using Offerbook.Apps.Groups;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;
using Offerbook.Client.Scheduling;
using Offerbook.Storage.Formats;

namespace Offerbook.Apps.Core;

/// <summary>How the framework behaves. The defaults are those of the system whose API it speaks, unless a comment says otherwise.</summary>
public sealed record AppsSettings
{
    public static AppsSettings Default { get; } = new();

    /// <summary>What may be read and written in the journal.</summary>
    public FormatSupport Format { get; init; } = FormatSupport.OfThisBuild;

    /// <summary>The name under which the framework subscribes.</summary>
    public string FrameworkName { get; init; } = "marathon";

    /// <summary>The user that tasks run as when an app names none.</summary>
    public string User { get; init; } = "root";

    /// <summary>The role of apps that name none, and the one under which the framework subscribes.</summary>
    public string Role { get; init; } = "*";

    public string? Principal { get; init; }

    /// <summary>Host name that the framework gives to the master.</summary>
    public string Hostname { get; init; } = "localhost";

    /// <summary>How long the master keeps tasks while the framework is away: a week.</summary>
    public TimeSpan FailoverTimeout { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How offers are judged and tasks made.</summary>
    public MatchSettings Matching { get; init; } = new();

    /// <summary>First and last port, both included, from which service ports are drawn.</summary>
    public int ServicePortMin { get; init; } = 10_000;

    public int ServicePortMax { get; init; } = 20_000;

    /// <summary>Optional features that are on, of <see cref="Specs.Features"/>.</summary>
    public Specs.ValueSet<string> Features { get; init; } = [];

    /// <summary>Whether somebody finds the values of secrets; else tasks carry references to them, which is the agents' business.</summary>
    public bool ResolvesSecrets { get; init; }

    /// <summary>Whether top-level groups that come into being enforce their role when the request does not say.</summary>
    public bool NewTopGroupsEnforceRole { get; init; }

    /// <summary>Name of container networks that are given none.</summary>
    public string? DefaultNetworkName { get; init; }

    /// <summary>
    /// Instances launched on one offer. What is left of the offer comes back within milliseconds, so a small number spreads without
    /// slowing.
    /// </summary>
    public int MaxInstancesPerOffer { get; init; } = 5;

    /// <summary>
    /// Launches that no status update has confirmed yet, over all apps: takes the place of launch tokens. It bounds what a
    /// restart has to reconcile and what a wrong app can start at once, without slowing a healthy cluster.
    /// </summary>
    public int MaxLaunchesInFlight { get; init; } = 1_000;

    /// <summary>For how long a declined offer is not wanted again; REVIVE forgets it.</summary>
    public TimeSpan DeclineOfferDuration { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>
    /// Shortest time between two REVIVEs. The original waits 5 s, because its master answers once a second anyway; ours answers at once.
    /// </summary>
    public TimeSpan MinReviveInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A launch that no update has confirmed for so long is killed and tried again.</summary>
    public TimeSpan LaunchConfirmTimeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>A task that stays in TASK_STAGING or TASK_STARTING for so long is killed and tried again.</summary>
    public TimeSpan LaunchTimeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>A reservation that no offer has shown for so long is given up, with its instance.</summary>
    public TimeSpan ReservationTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// An instance waits so long for an offer that fulfils all its app's preferences, then takes the best of those that come together;
    /// after twice the time it takes any. Rounds of allocation come once a second with the original's master. Zero: it does not wait.
    /// </summary>
    public TimeSpan PreferenceWait { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// A daemon's deployment lasts at least so long, for the agents to be offered, and an instance that its agent has had no room for
    /// in that time is not waited for. Rounds of allocation come once a second with the original's master.
    /// </summary>
    public TimeSpan DaemonLookTime { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A daemon's waiting instance whose agent has not been offered for so long is given up; an offer brings a new one. More
    /// than twice <see cref="DeclineOfferDuration"/>.</summary>
    public TimeSpan DaemonAgentTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A kill that has not been confirmed is repeated after so long, without end.</summary>
    public TimeSpan KillRetryInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Kills on their way that nobody has confirmed yet; more wait for their turn.</summary>
    public int MaxKillsInFlight { get; init; } = 100;

    /// <summary>The limits of deployments whose apps set none: none, unless said otherwise. Its pause points are not used.</summary>
    public DeploymentPolicy Deployment { get; init; } = DeploymentPolicy.None;

    /// <summary>What a change may restart when its request does not say.</summary>
    public Versioning Versioning { get; init; } = Versioning.Strict;

    /// <summary>Time between two rounds of reconciliation once every task has been heard of.</summary>
    public TimeSpan ReconciliationInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>For so long nothing new must be heard of tasks before those of which nothing was heard are asked about by name.</summary>
    public TimeSpan ReconciliationRest { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Time to the first repeated question about tasks of which nothing was heard; doubles up to <see cref="ReconciliationInterval"/>.
    /// </summary>
    public TimeSpan ReconciliationRetry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A running task is first asked for its health after so long (or the check's interval if that is shorter). While it is in its
    /// grace period without a success, each wait is half the time that it has run, so that a quick starter is seen quickly and a slow
    /// one is not pestered: 13 questions in its first minute. The original waits 5 s; asking sooner lets a deployment go on sooner.
    /// </summary>
    public TimeSpan FirstHealthCheckDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Time between two looks at overdue launches, unconfirmed kills and unreachable instances.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Instances that all apps and pods may ask for together: each takes memory as soon as it is wanted. A change beyond is refused.
    /// </summary>
    public int MaxInstances { get; init; } = 1_000_000;

    /// <summary>Deployments that may run at once.</summary>
    public int MaxRunningDeployments { get; init; } = 100;

    /// <summary>Finished deployments whose outcome is remembered.</summary>
    public int MaxFinishedDeployments { get; init; } = 100;

    /// <summary>
    /// Newest events kept for clients that go on where they stopped, unless they are very long (<see cref="Events.EventWindow"/>). At 200
    /// events a second 50 s: a client that reconnects, or a framework that is restarted, is back by then.
    /// </summary>
    public int MaxReplayedEvents { get; init; } = 10_000;

    /// <summary>Versions kept of each app and of the root group.</summary>
    public int MaxVersions { get; init; } = 50;

    /// <summary>
    /// Journal events between two snapshots, or half as many as there are instances if that is more: a restart replays at most so
    /// many, and writing the whole state stays a small part of the work.
    /// </summary>
    public int EventsPerSnapshot { get; init; } = 20_000;

    public SubscriptionSettings Subscription { get; init; } = SubscriptionSettings.Default;
}
