using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments;

/// <summary>
/// How many old instances a rolling replacement may kill at once and how many instances may exist meanwhile. N is the wanted
/// number; all counts are of one app.
/// </summary>
public static class RollingArithmetic
{
    /// <param name="wanted">N, of the new definition. At least 1.</param>
    /// <param name="resident">The app's instances own volumes, so that none can exist twice.</param>
    /// <param name="healthy">Instances, old or new, that are meant to run and count as healthy.</param>
    /// <param name="known">All instances, old or new.</param>
    public static RollingBounds Begin(int wanted, UpgradeStrategy strategy, bool resident, int healthy, int known)
    {
        var minHealthy = MinHealthy(wanted, strategy);
        var maxCapacity = (int)Math.Floor(wanted * (1 + strategy.MaximumOverCapacity));
        var killNow = Math.Max(0, healthy - minHealthy);
        // Nothing could move: either one more is allowed, or, where there can be no more, one less.
        if (minHealthy == maxCapacity && maxCapacity <= healthy)
        {
            if (resident)
            {
                killNow = healthy - minHealthy + 1;
            }
            else
            {
                maxCapacity++;
            }
        }
        if (wanted < known)
        {
            killNow = Math.Max(known - wanted, killNow);
        }
        return new RollingBounds(minHealthy, maxCapacity, killNow);
    }

    /// <summary>Healthy instances that must stay.</summary>
    public static int MinHealthy(int wanted, UpgradeStrategy strategy) => (int)Math.Ceiling(wanted * strategy.MinimumHealthCapacity);

    /// <param name="occupied">Old instances that still hold resources, those being killed included.</param>
    /// <param name="started">New instances so far.</param>
    public static int StartNow(int wanted, int maxCapacity, int occupied, int started) =>
        Math.Max(0, Math.Min(wanted - started, maxCapacity - occupied - started));
}

/// <param name="MinHealthy">Healthy instances that must stay.</param>
/// <param name="MaxCapacity">Instances, old and new, that may hold resources at once.</param>
/// <param name="KillNow">Old instances to kill before any new one is ready.</param>
public readonly record struct RollingBounds(int MinHealthy, int MaxCapacity, int KillNow);
