namespace Offerbook.Apps.Core;

/// <summary>What ran out. Each is its own timer key, so that setting one again moves it.</summary>
public abstract record AppsTimer
{
    private AppsTimer()
    {
    }

    /// <summary>Time to ask the master again about tasks.</summary>
    public sealed record ReconciliationDue : AppsTimer;

    /// <summary>Time to look for kills to repeat, launches never confirmed, unreachable instances and delays gone by.</summary>
    public sealed record SweepDue : AppsTimer;

    /// <summary>Some app's launch delay is over.</summary>
    public sealed record LaunchDelayOver : AppsTimer;

    /// <summary>Offers may be revived again.</summary>
    public sealed record ReviveAllowed : AppsTimer;

    /// <summary>The master has had time to offer what somebody wants to see.</summary>
    public sealed record LookAroundOver : AppsTimer;

    /// <summary>The agents have had time to be offered to a daemon that is being deployed.</summary>
    public sealed record DaemonLookOver(string App) : AppsTimer;

    /// <summary>An instance has waited long enough for an offer that it prefers.</summary>
    public sealed record PreferenceWaitOver : AppsTimer;

    /// <summary>A check of one instance is due. <paramref name="Check"/>: its place among the app's checks.</summary>
    public sealed record HealthCheckDue(string Instance, int Check) : AppsTimer;

    /// <summary>The readiness check of one instance is due.</summary>
    public sealed record ReadinessCheckDue(string Instance) : AppsTimer;
}
